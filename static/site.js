// The live parts of the pages. Every page works without this script; it saves reloading.
// All but how far a count is is drawn by the server, so that a stranger's words are escaped in one
// place.

const FIRST_WAIT = 100; // milliseconds
const LONGEST_WAIT = 2000;
const BEFORE_A_STREAM = 1000; // most counts are done by then
const WHILE_TYPING = 150;
const BETWEEN_SAYINGS = 150; // so that the same words twice are two messages
const BETWEEN_WORDS = 10000; // of a list, to those who listen
const TOAST = 6000;

const AWAY = "No answer from the server; trying again";
// A cell that begins so is a formula to a spreadsheet, as in wordcount/spreadsheet.py.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const find = (id) => document.getElementById(id);
const textOf = (id) => find(id)?.textContent.trim().replace(/\s+/g, " ") ?? "";

// --- Pages drawn by the server

// fetch says TypeError when nobody answers; a server in trouble is no better.
async function ask(address, options) {
  const answer = await fetch(address, { cache: "no-store", ...options });
  if (answer.status >= 500) throw new TypeError(`The server says ${answer.status}.`);
  return answer;
}

async function pageAt(address, signal) {
  const answer = await ask(address, { headers: { Accept: "text/html" }, signal });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(page) {
  const focused = document.activeElement;
  patch(find("main"), page.getElementById("main"));
  document.title = page.title;
  if (focused.isConnected) return;
  const next = find("shown") ?? find("main"); // what had the focus is gone
  next.tabIndex = -1;
  next.focus();
}

// Makes one element like another, and leaves alone what is the same: what has the focus keeps it.
function patch(old, fresh) {
  for (const { name } of [...old.attributes]) {
    const opened = old.nodeName === "DETAILS" && name === "open"; // by a person
    if (!fresh.hasAttribute(name) && !opened) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.nodeName === "INPUT") {
    old.checked = fresh.checked;
    if (old !== document.activeElement) old.value = fresh.value; // nobody is interrupted
  }
  let place = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const same = likeOf(node, place);
    while (same && place !== same) place = removed(place);
    if (!same) old.insertBefore(node, place);
    else if (node.nodeType !== Node.ELEMENT_NODE) same.data = node.data;
    else patch(same, node);
    place = same ? same.nextSibling : place;
  }
  while (place) place = removed(place);
}

// The node, here or further on, that can become another: the one with its id, or the next one if
// both have none.
function likeOf(node, place) {
  if (!node.id) return place && !place.id && place.nodeName === node.nodeName ? place : null;
  for (let one = place; one; one = one.nextSibling) {
    if (one.id === node.id && one.nodeName === node.nodeName) return one;
  }
  return null;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function write(id, words) {
  const place = find(id);
  if (place && place.textContent !== words) place.textContent = words;
}

// To those who listen.
function say(words) {
  write("said", "");
  setTimeout(() => write("said", words), BETWEEN_SAYINGS);
}

// To everybody.
function tell(words) {
  write("told", words);
  setTimeout(() => find("told").textContent === words && write("told", ""), TOAST);
}

// Tries until it works: asks soon at first, then less and less often.
async function patiently(attempt, trouble, { first = FIRST_WAIT, longest = Infinity } = {}) {
  const end = Date.now() + longest;
  for (let wait = first; Date.now() < end; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
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
  const isNew = steps[current]?.className !== "current";
  steps.forEach((step, number) => {
    step.className = number < current ? "done" : number > current ? "coming" : "current";
    if (number === current) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  if (isNew) say(standing.message); // not every byte, nor every place in the queue
  else if (standing.advice && !find("advice").dataset.said) say(standing.advice);
  find("advice").dataset.said = standing.advice ? "yes" : "";
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
  const answer = await ask(address);
  if (answer.status === 202) showStanding(await answer.json());
  return [200, 404, 422].includes(answer.status); // finished, unknown, failed
}

// Server-sent events, if the server has a stream to spare. Says whether the outcome was told.
function stream(address) {
  return new Promise((done) => {
    const source = new EventSource(address);
    const end = (isTold) => {
      source.close();
      document.removeEventListener("visibilitychange", leave);
      done(isTold);
    };
    const leave = () => document.hidden && end(false);
    document.addEventListener("visibilitychange", leave);
    source.addEventListener("standing", ({ data }) => showStanding(JSON.parse(data)));
    source.addEventListener("done", () => end(true));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) end(false);
      else write("message", AWAY); // and the browser tries again
    });
  });
}

// A browser has six connections to a site, for all its windows together: one stream is enough.
async function listen(address) {
  if (document.hidden || !navigator.locks) return false;
  const alone = { ifAvailable: true };
  return navigator.locks.request("stream", alone, (lock) => (lock ? stream(address) : false));
}

async function follow({ results, events }) {
  const ticking = clock();
  const trouble = () => write("message", AWAY);
  const poll = (how) => patiently(() => isDone(results), trouble, how);
  (await poll({ longest: BEFORE_A_STREAM })) ||
    (await listen(events)) ||
    (await poll({ first: BEFORE_A_STREAM }));
  clearInterval(ticking);
  await patiently(async () => show(await pageAt(location.href)) ?? true, trouble);
  say(`${document.querySelector("h1").textContent}. ${textOf("outcome")}`);
  if (find("pending")) follow(find("pending").dataset); // a comparison waits for two
}

async function followList() {
  let said = Date.now();
  const draw = async () => {
    show(await pageAt(location.href));
    const isOver = !find("list")?.hasAttribute("data-pending");
    if (isOver || Date.now() - said > BETWEEN_WORDS) {
      say(textOf("message"));
      said = Date.now();
    }
    return isOver;
  };
  await patiently(draw, () => tell(AWAY));
}

// --- The views of a count

const PARTS = ["rule", "shown", "chart-title"]; // what there is to say of a view

let asking = new AbortController();
let shown = location.pathname + location.search;

// `how` is "push" or "replace", what becomes of the address; or "back", when it is there already.
async function view(address, how) {
  asking.abort(); // only the last view that was asked for is shown
  asking = new AbortController();
  const before = PARTS.map(textOf);
  try {
    const page = await pageAt(address, asking.signal);
    const link = page.getElementById("permalink");
    if (!link) throw new TypeError("This is no view."); // the server says why
    show(page);
    if (how === "push") history.pushState(null, "", link.href);
    if (how === "replace") history.replaceState(null, "", link.href);
    shown = location.pathname + location.search;
    const news = PARTS.map(textOf).filter((words, number) => words !== before[number]);
    say(news.join(". ") || textOf("shown"));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (how === "push") location.assign(address);
    else tell("No answer from the server: this is still the view before");
  }
}

function addressOf(form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  return address.href;
}

let typing;

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#switches, #look-up")) return;
  if (target.id === "w") return; // half a word is another word
  asking.abort(); // what comes back now would undo this
  clearTimeout(typing);
  const how = target.type === "checkbox" ? "push" : "replace"; // going back skips single letters
  typing = setTimeout(
    () => target.form.checkValidity() && view(addressOf(target.form), how),
    WHILE_TYPING,
  );
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#switches, #look-up")) return;
  event.preventDefault();
  clearTimeout(typing);
  view(addressOf(event.target), "push");
});

window.addEventListener("popstate", () => {
  if (!find("view") || shown === location.pathname + location.search) return; // within the page
  document.activeElement?.blur(); // a field is to show what it held
  view(location.href, "back");
});

// --- Buttons and links

// A word is copied without its forms, which are listed below it.
const wordIn = (cell) => (cell.matches(".words th") && cell.querySelector("bdi")) || cell;

function tableText() {
  const rows = [...document.querySelectorAll(".words tr, .history tr")];
  return rows
    .map(({ cells }) => [...cells].filter(({ className }) => className !== "bars"))
    .map((cells) => cells.map((cell) => wordIn(cell).textContent.trim().replace(/\s+/g, " ")))
    .map((cells) => cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell)).join("\t"))
    .join("\n");
}

async function copy(text, what) {
  if (!navigator.clipboard) return tell("The browser lets pages copy by https:// only.");
  try {
    await navigator.clipboard.writeText(text);
    tell(what);
  } catch (error) {
    tell(`The browser does not let this page copy: ${error.message}`);
  }
}

async function makeRoom(pasted = "") {
  const typed = find("url").value;
  try {
    show(await pageAt(find("many").href));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    tell("No answer from the server: nothing was done. Please try again.");
    return;
  }
  const room = find("url");
  room.value = [typed, pasted].filter(Boolean).join("\n");
  room.focus();
}

const ON_CLICK = {
  many: () => makeRoom(),
  bookmark: (link) => copy(link.getAttribute("href"), "Copied: paste it as the address of a new bookmark."),
  "copy-table": () => copy(tableText(), "Table copied"),
  "copy-citation": () => copy(textOf("citation"), "Citation copied"),
  "copy-frame": () => copy(find("frame").value, "Copied"),
  "copy-link": () => copy(find("permalink").href, "Link copied"),
};

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("a, button");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const act = ON_CLICK[pressed.id] ?? (pressed.hasAttribute("data-view") && (() => view(pressed.href, "push")));
  if (!act) return;
  event.preventDefault();
  act(pressed);
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
