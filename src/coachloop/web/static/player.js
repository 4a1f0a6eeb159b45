// A call is heard where it is read: from the word or the evidence that is clicked, and the transcript follows. Without this file
// the browser's own controls play it, from the second in the address.
const $ = (id) => document.getElementById(id);
const sound = $("sound"), STEP = 5, LEAST = 0.3, AGAIN = 5000;
const device = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* for now */ } },
};
const clock = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, "0")}`;

// What was said, and when: each word by its place in its turn's text.
const turns = [...document.querySelectorAll(".turn[data-at]")].map((node) => ({
  node,
  text: node.querySelector(".turn-text"),
  at: Number(node.dataset.at),
  words: (node.dataset.times || "").split(" ").filter(Boolean).map((pair) => { const [offset, at] = pair.split(":").map(Number); return { offset, at }; }),
}));
const last = (list, fits) => { let found = null; for (const one of list) if (fits(one)) found = one; return found; };
function secondAt(turn, offset) { return last(turn.words, (word) => word.offset <= offset)?.at ?? turn.at; }
function offsetOf(text, node, place) {
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(node, place);
  return before.toString().length;
}
function secondOf(anchor) {
  const turn = turns.find((one) => one.node.contains(anchor));
  if (!turn) return null;
  return turn.text.contains(anchor) ? secondAt(turn, offsetOf(turn.text, anchor, 0)) : turn.at;
}
const evidence = [...document.querySelectorAll('[id^="quote-"], [id^="said-"], .missed')]
  .map((node) => ({ node, at: secondOf(node) })).filter((one) => one.at !== null).sort((a, b) => a.at - b.at);

// Playing.
const told = (words) => { $("player-told").textContent = words; };
function seek(second) {
  const end = Number.isFinite(sound.duration) ? sound.duration : Infinity;
  sound.currentTime = Math.max(0, Math.min(second, end));
  draw();
}
function playFrom(second) { following = true; seek(second); play(); }
function play() { sound.play().catch((error) => { if (error.name === "NotSupportedError") renew(); }); }
function toggle() { if (sound.paused) { following = true; play(); } else sound.pause(); }

// The transcript follows as long as the reader looks at what is said; whoever scrolls away is left there.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let current = null, following = true, moving = 0;
const seen = new IntersectionObserver((entries) => {
  const shown = entries.at(-1).isIntersecting;
  if (!shown && moving) return;
  following = shown;
  $("back-to-now").hidden = shown || !current;
});
function bring(turn) {
  clearTimeout(moving);
  moving = setTimeout(arrived, calm.matches ? 100 : 1000);
  turn.node.scrollIntoView({ block: "nearest", behavior: calm.matches ? "instant" : "smooth" });
}
function arrived() {
  moving = 0;
  if (current) { seen.unobserve(current.node); seen.observe(current.node); }
}
function draw() {
  const now = sound.currentTime, turn = last(turns, (one) => one.at <= now + 0.01);
  $("now").textContent = clock(now);
  $("place").value = now;
  $("place").setAttribute("aria-valuetext", `${clock(now)} of ${clock(Number($("place").max))}`);
  if (turn !== current) {
    if (current) { current.node.classList.remove("is-heard"); current.node.removeAttribute("aria-current"); seen.unobserve(current.node); }
    current = turn;
    if (turn) {
      turn.node.classList.add("is-heard");
      turn.node.setAttribute("aria-current", "true");
      if (following && !sound.paused) bring(turn);
      seen.observe(turn.node);
    }
  }
  word(turn, now);
}
function word(turn, now) {
  if (!globalThis.Highlight) return;
  const spoken = turn && last(turn.words, (one) => one.at <= now + 0.01);
  if (!spoken) { CSS.highlights.delete("spoken"); return; }
  const said = turn.text.textContent, after = turn.words[turn.words.indexOf(spoken) + 1]?.offset ?? said.length;
  const next = spoken.offset + said.slice(spoken.offset, after).trimEnd().length, range = document.createRange();
  const walk = document.createTreeWalker(turn.text, NodeFilter.SHOW_TEXT);
  let place = 0, begun = false;
  for (let node = walk.nextNode(); node && place < next; place += node.length, node = walk.nextNode()) {
    if (!begun && spoken.offset < place + node.length) { range.setStart(node, spoken.offset - place); begun = true; }
    if (begun) range.setEnd(node, Math.min(node.length, next - place));
  }
  if (begun) CSS.highlights.set("spoken", new Highlight(range));
}
function run() { draw(); if (!sound.paused) requestAnimationFrame(run); }

// A link expires while a page is open: the page is asked for a new one, and it goes on where it was.
let asked = 0;
async function renew() {
  const at = sound.currentTime, played = !sound.paused, now = Date.now();
  if (now - asked < AGAIN) return told("The sound can't be played now. Load the page again.");
  asked = now;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.getElementById("sound")?.getAttribute("src");
    if (!fresh) throw new Error("no sound");
    sound.src = fresh.split("#")[0];
    sound.addEventListener("loadedmetadata", () => { speed(); seek(at); if (played) play(); }, { once: true });
    told("");
  } catch {
    told("The sound can't be played now. Load the page again.");
  }
}

function speed() { sound.playbackRate = sound.defaultPlaybackRate = Number($("speed").value); }

function toEvidence(step) {
  const now = sound.currentTime;
  const next = step > 0 ? evidence.find((one) => one.at > now + LEAST) : last(evidence, (one) => one.at < now - (sound.paused ? LEAST : 1));
  if (!next) return;
  if (next.node.id) location.replace(`#${next.node.id}`);
  playFrom(next.at);
}

function byMouse() {
  $("play").addEventListener("click", toggle);
  $("place").addEventListener("input", () => seek(Number($("place").value)));
  $("back-to-now").addEventListener("click", () => { following = true; if (current) bring(current); });
  $("speed").addEventListener("change", () => { device.set("player-speed", $("speed").value); speed(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link?.classList.contains("hear")) {
      event.preventDefault();
      return playFrom(secondOf(link));
    }
    const target = link?.getAttribute("href")?.startsWith("#") && document.getElementById(link.hash.slice(1));
    const at = target ? secondOf(target) : null;
    if (at !== null) return playFrom(at);
    const turn = !link && turns.find((one) => one.text.contains(event.target));
    if (turn && getSelection().isCollapsed) playFrom(secondAt(turn, pointed(turn, event)));
  });
}
function pointed(turn, event) {
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (caret && turn.text.contains(caret.offsetNode)) return offsetOf(turn.text, caret.offsetNode, caret.offset);
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range && turn.text.contains(range.startContainer) ? offsetOf(turn.text, range.startContainer, range.startOffset) : 0;
}

// Keys: left to whoever types, and to a page that has its own letters.
function byKey() {
  const letters = !document.getElementById("review"), on = $("player-keys");
  on.checked = device.get("player-keys") !== "off";
  on.addEventListener("change", () => device.set("player-keys", on.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const target = event.target, bar = target === $("place");
    if (event.ctrlKey || event.altKey || event.metaKey || !(on.checked || bar)) return;
    if (!bar && target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === " " && target.closest?.("button, a, summary, input[type=checkbox]")) return;
    const does = {
      " ": toggle,
      ArrowLeft: () => (event.shiftKey ? toEvidence(-1) : seek(sound.currentTime - STEP)),
      ArrowRight: () => (event.shiftKey ? toEvidence(1) : seek(sound.currentTime + STEP)),
      ...(bar ? { ArrowUp: () => seek(sound.currentTime + STEP), ArrowDown: () => seek(sound.currentTime - STEP) } : {}),
      ...(letters ? { k: toggle, j: () => seek(sound.currentTime - STEP), l: () => seek(sound.currentTime + STEP) } : {}),
      "?": () => { const list = document.querySelector(".player-keys"); list.open = !list.open; },
    }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

function begin() {
  sound.controls = false;
  $("controls").hidden = false;
  document.body.classList.add("can-hear");
  $("speed").value = device.get("player-speed") ?? "1";
  if (!$("speed").value) $("speed").value = "1";
  speed();
  byMouse();
  byKey();
  const playing = () => { $("play").setAttribute("aria-label", sound.paused ? "Play" : "Pause"); $("play").classList.toggle("plays", !sound.paused); };
  for (const name of ["play", "pause", "ended"]) sound.addEventListener(name, playing);
  sound.addEventListener("play", run);
  for (const name of ["seeked", "timeupdate"]) sound.addEventListener(name, draw);
  sound.addEventListener("error", renew);
  const named = location.hash && document.getElementById(location.hash.slice(1)), at = named ? secondOf(named) : null;
  if (at !== null) seek(at);
}
if (sound) begin();
