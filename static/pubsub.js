// The page of all events: rows that come after those that the server has drawn, and made alike.
// What strangers have written is set as text, never as markup.

const MOST_ROWS = 200;
const BEFORE_A_WORD = 4000; // milliseconds; a stream that ends after its time is soon back
const UNTIL_ANOTHER = 10000; // where the server had no stream to spare

const find = (id) => document.getElementById(id);
const table = find("events");
const button = find("pause");

let last = table.dataset.after; // the id of the last event that is shown
let source = null;
let waiting = null; // to say that the connection is lost
let again = null; // to ask for a stream once more

function write(id, words) {
  const place = find(id);
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
}

const isPaused = () => button.getAttribute("aria-pressed") === "true";

function open() {
  if (source || isPaused() || document.hidden) return;
  const address = new URL(table.dataset.events, location.href);
  address.searchParams.set("last_event_id", last);
  source = new EventSource(address);
  source.addEventListener("open", () => {
    clearTimeout(waiting);
    waiting = null;
    write("state", "Listening: events are shown as they come.");
  });
  source.addEventListener("message", (message) => {
    last = message.lastEventId || last;
    show(JSON.parse(message.data));
  });
  source.addEventListener("resync", (message) => {
    last = message.lastEventId || last;
    write("missed", message.data);
  });
  source.addEventListener("error", () => {
    waiting ??= setTimeout(() => write("state", "The connection is lost; trying again."), BEFORE_A_WORD);
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
    source = null;
    again = setTimeout(open, UNTIL_ANOTHER);
  });
}

// What comes meanwhile is made up for when the stream is opened again.
function close(words) {
  clearTimeout(waiting);
  clearTimeout(again);
  waiting = null;
  source?.close();
  source = null;
  write("state", words);
}

function show(event) {
  const row = table.tBodies[0].insertRow(0);
  row.insertCell().textContent = String(event.at ?? "").slice(11, 19);
  row.insertCell().append(countOf(event));
  for (const text of [event.url ?? event.host ?? "", factsOf(event)]) {
    const isolated = document.createElement("bdi");
    isolated.textContent = text;
    row.insertCell().append(isolated);
  }
  while (table.tBodies[0].rows.length > MOST_ROWS) table.tBodies[0].deleteRow(-1);
  find("none").hidden = true;
}

function countOf({ count = "", job_key: key }) {
  if (!key) return count;
  const link = document.createElement("a");
  link.href = table.dataset.counts + encodeURIComponent(key);
  link.textContent = count;
  return link;
}

function factsOf({ step = "", code, ref, ...event }) {
  const facts = [step];
  for (const name of ["words", "bytes"]) {
    if (typeof event[name] === "number") facts.push(`${event[name].toLocaleString("en")} ${name}`);
  }
  if (code !== undefined) facts.push(code);
  if (ref !== undefined) facts.push(`ref ${ref}`);
  return facts.join(", ");
}

button.addEventListener("click", () => {
  button.setAttribute("aria-pressed", String(!isPaused()));
  if (isPaused()) close("Paused. What comes meanwhile is shown when you go on.");
  else open();
});

// A browser makes six connections to a site, for all its windows together: a window that nobody
// looks at leaves its own to the others, and catches up when it is looked at again.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && source) close("Waiting until this page is looked at.");
  else open();
});

open();
