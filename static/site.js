// The live parts of the pages. Every page works without this script; it saves reloading.
// Whatever is shown is drawn by the server, so that a stranger's words are escaped in one place.

const FIRST_WAIT = 100; // milliseconds
const LONGEST_WAIT = 2000;
const BEFORE_A_STREAM = 1000; // most counts are done by then
const WHILE_TYPING = 150;

const AWAY = "No answer from the server; trying again";
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const find = (id) => document.getElementById(id);

// --- Pages drawn by the server

// fetch says TypeError when nobody answers; a server in trouble is no better.
async function pageAt(address, signal) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", signal });
  if (answer.status >= 500) throw new TypeError(`The server says ${answer.status}.`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(page) {
  patch(find("main"), page.getElementById("main"));
  document.title = page.title;
}

// Makes one element like another, and leaves alone what is the same: what has the focus keeps it,
// and only changes are read out.
function patch(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...(old.attributes ?? [])]) {
    const opened = old.nodeName === "DETAILS" && name === "open"; // by a person
    if (!fresh.hasAttribute(name) && !opened) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes ?? []) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.nodeName === "INPUT") {
    old.checked = fresh.checked;
    if (old !== document.activeElement) old.value = fresh.value; // nobody is interrupted
  }
  const [olds, news] = [[...old.childNodes], [...fresh.childNodes]];
  news.forEach((node, number) => (olds[number] ? patch(olds[number], node) : old.append(node)));
  olds.slice(news.length).forEach((node) => node.remove());
}

function write(id, words) {
  const place = find(id);
  if (place && place.textContent !== words) place.textContent = words;
}

const say = (words) => write("said", words);

// Tries until it works: asks soon at first, then less and less often.
async function patiently(attempt, trouble, longest = Infinity) {
  const end = Date.now() + longest;
  for (let wait = FIRST_WAIT; Date.now() < end; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    await pause(wait);
    try {
      if (await attempt()) return true;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      trouble();
    }
  }
  return false;
}

// --- A count that is under way

function showStanding(standing) {
  write("message", standing.message);
  write("advice", standing.advice ?? "");
  find("advice").hidden = !standing.advice;
  find("bar").value = standing.fraction;
  find("pending").dataset.seconds = standing.seconds;
  const steps = [...document.querySelectorAll("[data-step]")];
  const current = steps.findIndex(({ dataset }) => dataset.step === standing.step);
  steps.forEach((step, number) => {
    step.className = number < current ? "done" : number > current ? "coming" : "current";
    if (number === current) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

// The server counts whole seconds; between its answers the page goes on by itself.
function clock() {
  let begun = Date.now();
  return setInterval(() => {
    begun = Math.min(begun, Date.now() - 1000 * (find("pending")?.dataset.seconds ?? 0));
    write("seconds", String(Math.floor((Date.now() - begun) / 1000)));
  }, 250);
}

// Says whether there is an outcome.
async function isDone(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.status === 202) showStanding(await answer.json());
  return [200, 404, 422].includes(answer.status); // finished, unknown, failed
}

// Server-sent events, if the server has a stream to spare. Says whether the outcome was told.
function listen(address) {
  return new Promise((done) => {
    const stream = new EventSource(address);
    const end = (isTold) => {
      stream.close();
      done(isTold);
    };
    stream.addEventListener("standing", ({ data }) => showStanding(JSON.parse(data)));
    stream.addEventListener("done", () => end(true));
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) end(false);
      else write("message", AWAY); // and the browser tries again
    });
  });
}

async function follow({ results, events }) {
  const ticking = clock();
  const trouble = () => write("message", AWAY);
  const poll = (longest) => patiently(() => isDone(results), trouble, longest);
  (await poll(BEFORE_A_STREAM)) || (await listen(events)) || (await poll());
  clearInterval(ticking);
  await patiently(async () => show(await pageAt(location.href)) ?? true, trouble);
}

async function followList() {
  const draw = async () => {
    show(await pageAt(location.href));
    return !find("list")?.hasAttribute("data-pending");
  };
  await patiently(draw, () => say(AWAY));
}

// --- The views of a count

let asking = new AbortController();

async function view(address, { push = true } = {}) {
  asking.abort(); // only the last view that was asked for is shown
  asking = new AbortController();
  try {
    const page = await pageAt(address, asking.signal);
    const link = page.getElementById("permalink");
    if (!link) throw new TypeError("This is no view."); // the server says why
    show(page);
    if (push) history.pushState(null, "", link.href);
    say(find("shown")?.textContent ?? "");
  } catch (error) {
    if (error.name === "AbortError") return;
    location.assign(address);
  }
}

function addressOf(form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  return address.href;
}

let typing;

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#switches")) return;
  clearTimeout(typing);
  typing = setTimeout(() => target.form.checkValidity() && view(addressOf(target.form)), WHILE_TYPING);
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "switches") return;
  event.preventDefault();
  clearTimeout(typing);
  view(addressOf(event.target));
});

window.addEventListener("popstate", () => {
  document.activeElement?.blur(); // a field is to show what it held
  if (find("view")) view(location.href, { push: false });
});

// --- Buttons and links

function tableText() {
  const rows = [...document.querySelectorAll(".words tr")];
  return rows
    .map(({ cells }) => [...cells].slice(0, 3).map(({ textContent }) => textContent.trim()))
    .map((cells) => cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell)).join("\t"))
    .join("\n");
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch (error) {
    say(`The browser does not let this page copy: ${error.message}`);
  }
}

async function makeRoom(pasted = "") {
  const typed = find("url").value;
  show(await pageAt(find("many").href));
  const room = find("url");
  room.value = [typed, pasted].filter(Boolean).join("\n");
  room.focus();
}

const ON_CLICK = {
  many: () => makeRoom(),
  bookmark: () => say("Drag this to your bookmarks bar; here it has nothing to count."),
  "copy-table": () => copy(tableText(), "Table"),
  "copy-link": () => copy(find("permalink").href, "Link"),
};

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("a, button");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const act = ON_CLICK[pressed.id] ?? (pressed.hasAttribute("data-view") && (() => view(pressed.href)));
  if (!act) return;
  event.preventDefault();
  act();
});

// Several lines do not fit into a field for one.
document.addEventListener("paste", (event) => {
  const pasted = event.clipboardData?.getData("text").trim() ?? "";
  if (event.target.id !== "url" || event.target.nodeName !== "INPUT" || !/[\r\n]/.test(pasted)) return;
  event.preventDefault();
  makeRoom(pasted);
});

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, target } = event;
  if (key === "Enter" && (ctrlKey || metaKey) && target.nodeName === "TEXTAREA") target.form.requestSubmit();
});

document.documentElement.classList.add("scripted");
if (find("pending")) follow(find("pending").dataset);
if (find("list")?.hasAttribute("data-pending")) followList();
