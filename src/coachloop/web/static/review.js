// The blind form at the keyboard: answers, evidence by selecting words, and what is written is kept. Without it the form works by its buttons.
const $ = (id) => document.getElementById(id);
const form = $("review"), questions = [...form.querySelectorAll(".question")];
const PAUSE = 800, AGAIN = 5000;
let at = Math.max(0, questions.findIndex((one) => !answer(one))), pause = 0, sending = false, asked = false, leaving = false;
let kept = fields();

function answer(question) { return question.querySelector("input[type=radio]:checked"); }
function fields() { return Object.fromEntries([...new FormData(form)].filter(([name]) => !["saves", "csrfmiddlewaretoken"].includes(name))); }
function same(one, other) { return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? "") === (other[name] ?? "")); }
function say(words, aloud = false) { $("saved").textContent = words; if (aloud) $("told").textContent = words; }

// Which question is answered now.
function show(index, focus = true) {
  at = Math.max(0, Math.min(questions.length - 1, index));
  questions.forEach((one, place) => one.classList.toggle("is-now", place === at));
  if (focus) { questions[at].focus({ preventScroll: true }); questions[at].scrollIntoView({ block: "nearest" }); }
}
questions.forEach((one, index) => one.addEventListener("focusin", () => { if (at !== index) show(index, false); }));

// Evidence: the selected words with their place, counted in characters as the server counts them.
const field = (question) => question.querySelector('input[name^="quotes-"]');
const quotes = (question) => { const box = field(question); return box ? JSON.parse(box.value || "[]") : []; };
const characters = (text) => [...text].length;
function selected() {
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
  if (!range || range.collapsed) return [];
  return [...document.querySelectorAll("[data-turn]")].filter((turn) => range.intersectsNode(turn)).flatMap((turn) => {
    const inside = document.createRange(), before = document.createRange();
    inside.selectNodeContents(turn);
    if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
    before.selectNodeContents(turn);
    before.setEnd(inside.startContainer, inside.startOffset);
    const raw = inside.toString(), quote = raw.trim();
    if (!quote) return [];
    const start = characters(before.toString()) + characters(raw) - characters(raw.trimStart());
    return [{ turn: Number(turn.dataset.turn), start, end: start + characters(quote), quote }];
  });
}
function put(question, list) {
  field(question).value = JSON.stringify(list);
  draw(question);
  changed();
}
function draw(question) {
  const list = question.querySelector(".quotes");
  if (!list) return;
  list.replaceChildren(...quotes(question).map((quote, index) => {
    const item = document.createElement("li"), words = document.createElement("span"), drop = document.createElement("button");
    item.className = "row-of";
    words.textContent = `“${quote.quote}”`;
    words.dir = "auto";
    drop.type = "button";
    drop.className = "quiet";
    drop.textContent = "Remove";
    drop.setAttribute("aria-label", `Remove “${quote.quote}”`);
    drop.addEventListener("click", () => { put(question, quotes(question).filter((_, place) => place !== index)); question.focus(); });
    item.append(words, drop);
    return item;
  }));
  mark();
}
// What was taken is marked in the transcript without touching its text.
function mark() {
  if (!globalThis.Highlight) return;
  const ranges = questions.flatMap(quotes).flatMap((quote) => {
    const text = document.querySelector(`[data-turn="${quote.turn}"]`)?.firstChild;
    if (!text) return [];
    const all = [...text.data], range = document.createRange();
    const start = all.slice(0, quote.start).join("").length, end = all.slice(0, quote.end).join("").length;
    range.setStart(text, start);
    range.setEnd(text, Math.min(end, text.length));
    return [range];
  });
  CSS.highlights.set("evidence", new Highlight(...ranges));
}
function take(question) {
  const found = selected(), there = quotes(question);
  const fresh = found.filter((one) => !there.some((other) => other.turn === one.turn && other.start === one.start && other.end === one.end));
  if (!field(question)) return;
  if (!found.length) return say("Select words in the transcript first.", true);
  put(question, [...there, ...fresh]);
  say("Words taken.", true);
}
form.querySelectorAll(".take").forEach((button) => {
  button.hidden = false;
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => take(button.closest(".question")));
});

// Keys: one letter an answer, then on to the next; switched off for whoever types or is read to.
const on = $("keys");
$("legend").hidden = false;
try { on.checked = localStorage.getItem("review-keys") !== "off"; } catch { /* as it comes */ }
const shown = () => document.body.classList.toggle("has-keys", on.checked);
on.addEventListener("change", () => { try { localStorage.setItem("review-keys", on.checked ? "on" : "off"); } catch { /* for now */ } shown(); });
shown();
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); form.requestSubmit($("submit")); return; }
  const writes = event.target.closest?.("textarea, input:not([type=radio]):not([type=checkbox]), select");
  if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || writes || asked) return;
  const key = event.key.toLowerCase(), outcome = { m: "met", n: "not_met", a: "not_applicable" }[key];
  const radio = event.target.matches?.("input[type=radio]"), reads = event.target.closest?.(".scrolls");
  const step = { j: 1, k: -1, ...(radio || reads ? {} : { arrowdown: 1, arrowup: -1 }) }[key];
  if (outcome) {
    questions[at].querySelector(`input[value="${outcome}"]`).checked = true;
    changed();
    show(at + 1);
    if (questions.every(answer)) say("Every question is answered: Ctrl+Enter submits.", true);
  } else if (step) show(at + step);
  else if (key === "s") take(questions[at]);
  else return;
  event.preventDefault();
});

// What is written is kept on the server; of two windows the second is asked.
function changed() {
  clearTimeout(pause);
  if (!asked) pause = setTimeout(send, PAUSE);
}
async function send() {
  clearTimeout(pause);
  if (sending || asked || leaving) return;
  const sent = fields();
  if (same(sent, kept)) return;
  sending = true;
  try {
    const reply = await fetch(form.dataset.save, { method: "POST", body: new FormData(form), redirect: "manual" });
    const told = reply.headers.get("Content-Type")?.includes("json") ? await reply.json() : {};
    if (reply.ok) {
      form.elements.saves.value = told.saves;
      kept = sent;
      say(`Saved ${told.saved}`);
      if (!same(fields(), kept)) changed();
    }
    else if (reply.status === 409) ask(told);
    else say(told.refused ?? "Not saved: sign in again in another window", true);
  } catch {
    say("Offline: not saved yet, leave this page open", true);
    pause = setTimeout(send, AGAIN);
  } finally {
    sending = false;
  }
}
function ask(told) {
  asked = true;
  const mine = fields(), differ = Object.keys(told.fields).filter((name) => words(name, mine[name]) !== words(name, told.fields[name]));
  $("differ").replaceChildren(...differ.map((name) => {
    const line = document.createElement("p"), title = $(`question-${name.split("-").at(-1)}`).querySelector("legend").textContent;
    line.textContent = `${title}: here “${words(name, mine[name])}”, there “${words(name, told.fields[name])}”`;
    return line;
  }));
  $("newer").hidden = false;
  $("newer").focus();
  say("Not saved: two versions", true);
  const chose = (keep) => {
    asked = false;
    $("newer").hidden = true;
    form.elements.saves.value = told.saves;
    if (!keep) fill(told.fields);
    kept = { ...told.fields };
    send();
    show(at);
  };
  $("keep-mine").onclick = () => chose(true);
  $("take-newer").onclick = () => chose(false);
}
function words(name, value = "") {
  if (name.startsWith("quotes-")) return JSON.parse(value || "[]").map((quote) => quote.quote).join("” and “");
  return name.startsWith("outcome-") ? value.replaceAll("_", " ") : value;
}
function fill(saved) {
  for (const one of form.elements) {
    if (!(one.name in saved)) continue;
    if (one.type === "radio") one.checked = one.value === saved[one.name];
    else one.value = saved[one.name];
  }
  questions.forEach(draw);
}
form.addEventListener("input", changed);
form.addEventListener("change", changed);
addEventListener("online", send);
form.addEventListener("submit", (event) => {
  if (asked) { event.preventDefault(); return; }
  if (sending) { event.preventDefault(); setTimeout(() => form.requestSubmit($("submit")), 200); return; }
  leaving = true;
  clearTimeout(pause);
});
addEventListener("beforeunload", (event) => { if (!leaving && !same(fields(), kept)) event.preventDefault(); });
questions.forEach(draw);
show(at, false);
