// The page of a count that is still under way: ask until there is an outcome, then show it.
// Without this script the page refreshes itself.

const FIRST_WAIT = 100; // milliseconds
const LONGEST_WAIT = 2000;

const count = document.getElementById("count");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// finished, failed, unknown
const OUTCOMES = [200, 422, 404];

// Says whether there is an outcome, and meanwhile how far the count is.
async function isDone() {
  const answer = await fetch(count.dataset.results, { cache: "no-store" });
  if (answer.status === 202) {
    const { message } = await answer.json();
    say(message);
    return false;
  }
  return OUTCOMES.includes(answer.status); // otherwise the server is in trouble, and may recover
}

// The server has already drawn the outcome: the words of a stranger's page are escaped in one
// place only. Says whether it could be shown.
async function showOutcome() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (answer.status >= 500) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const outcome = page.getElementById("count") ?? page.querySelector("main");
  count.replaceChildren(...outcome.childNodes);
  document.title = page.title;
  return true;
}

function say(words) {
  const step = document.getElementById("step");
  if (step.textContent !== words) step.textContent = words; // spoken once, not at every look
}

let wait = FIRST_WAIT;
for (;;) {
  await pause(wait);
  wait = Math.min(wait * 1.5, LONGEST_WAIT);
  try {
    if ((await isDone()) && (await showOutcome())) break;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch says TypeError when nobody answers
    say("No answer from the server; trying again");
  }
}
