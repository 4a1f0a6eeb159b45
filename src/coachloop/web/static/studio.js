// The template studio at the keyboard. Without it the page works by its buttons; HTMX fetches the parts.
const $ = (id) => document.getElementById(id);
const text = $("text"), gutter = $("gutter"), stale = $("stale");
let tried = null, saved = text.value, leaving = false;

// Line numbers beside the text, and a jump to the place of a mistake.
function number() {
  const lines = text.value.split("\n").length;
  gutter.textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
  gutter.scrollTop = text.scrollTop;
}
function jump(line, column) {
  const before = text.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : Math.max(end, start));
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 4) * height);
}
function changed() {
  number();
  stale.hidden = tried === null || tried === text.value;
}
text.addEventListener("input", changed);
text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
number();

document.addEventListener("click", (event) => {
  const place = event.target.closest("a[data-line]");
  if (place) {
    event.preventDefault();
    jump(Number(place.dataset.line), Number(place.dataset.column));
  }
  if (event.target === $("again")) $("try").click();
});

// One key an answer, on the call that has the focus; then on to the next.
const rows = (row) => [...row.closest("details").querySelectorAll(".call")];
function move(row, steps) {
  const all = rows(row), next = all[all.indexOf(row) + steps];
  if (next) next.focus();
  return Boolean(next);
}
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    const button = { Enter: "try", s: "save" }[event.key];
    if (button) { event.preventDefault(); $(button).click(); }
    return;
  }
  const row = event.target.closest?.(".call");
  if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const button = /^[mnau]$/.test(event.key) && row.querySelector(`button[data-key="${event.key}"]`);
  if (step) move(row, step);
  else if (button) button.click();
  else return;
  event.preventDefault();
});

// Where the focus was goes on: the row that is answered is replaced by its new self.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".call button[data-key]");
  if (!button) return;
  const row = button.closest(".call");
  if (!move(row, 1) && button.dataset.key !== "u") row.dataset.last = "true";
  if (button.dataset.key === "u") $("said").textContent = "Skipped.";
});
document.addEventListener("htmx:after:swap", () => {
  const lost = document.activeElement === document.body;
  const last = document.querySelector('details.tried[open] ol li:last-child .call');
  if (lost && last) last.focus();
});

// Which behaviour is open stays so when the calls are tried again.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.tried") && event.target.open) $("open-behaviour").value = event.target.dataset.behaviour;
}, true);

// What was tried and what is kept, so that nobody takes an old result for a new one or loses a text.
document.addEventListener("htmx:before:request", ({ target }) => {
  const wait = target.closest?.("button");
  if (wait && !wait.closest(".call")) wait.setAttribute("aria-busy", "true");
  if (target.id === "try" || target.name === "other" || target.name === "judge") target.dataset.sent = text.value;
  if (target.id === "save") target.dataset.sent = text.value;
});
document.addEventListener("htmx:after:request", ({ target }) => {
  target.removeAttribute?.("aria-busy");
  const sent = target.dataset?.sent;
  if (sent === undefined) return;
  if (target.id === "save") saved = sent;
  else { tried = sent; changed(); }
});
document.addEventListener("htmx:error", ({ target }) => {
  target.removeAttribute?.("aria-busy");
  $("state").textContent = "No answer from the server; press again.";
});
$("editor").addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", (event) => {
  if (!leaving && text.value !== saved) event.preventDefault();
});
