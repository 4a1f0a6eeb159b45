// A session while it is held: its minutes, and what is written, kept on the server and, until it is there, on this device.
// Without this file the page works by its buttons.
const $ = (id) => document.getElementById(id);
const WRITING = "Writing…", PAUSE = 1000, AGAIN = 5000, PATIENCE = 10000;

// What this device keeps; some browsers refuse to, and then there is only the server.
const device = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

const form = $("agreement");
if (form) { write(form); time($("timer")); }
if ($("left")) leftovers($("left"));

function write(form) {
  const key = form.dataset.key, newer = $("newer");
  let basis = form.elements.basis.value, writer = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  let pause = 0, sending = false, asked = false, offline = false, kept = fields();

  function fields() {
    const found = {};
    for (const one of form.elements) {
      if (!one.name || ["basis", "csrfmiddlewaretoken"].includes(one.name) || (one.type === "radio" && !one.checked)) continue;
      found[one.name] = one.value;
    }
    return found;
  }
  const same = (one, other) => [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? "") === (other[name] ?? ""));
  const unsent = () => !same(fields(), kept);
  function fill(words) {
    for (const one of form.elements) {
      if (!one.name || !(one.name in words)) continue;
      if (one.type === "radio") one.checked = one.value === words[one.name];
      else one.value = words[one.name];
    }
  }
  // Who listens hears only what is out of the ordinary, and when it is over.
  let heard = "";
  function say(words) {
    const quiet = words === WRITING || (words.startsWith("Saved") && !heard);
    if ($("saved").textContent !== words) $("saved").textContent = words;
    if (!quiet && heard !== words) $("told").textContent = heard = words;
    if (words.startsWith("Saved")) heard = "";
  }
  const hold = (more = {}) => device.set(key, { fields: fields(), basis, writer, at: Date.now(), ...more });

  function changed() {
    hold();
    if (!offline && !asked && unsent()) say(WRITING);
    clearTimeout(pause);
    if (!asked) pause = setTimeout(send, offline ? AGAIN : PAUSE);
  }
  async function send() {
    clearTimeout(pause);
    if (sending || asked) return;
    sending = true;
    const sent = fields(), body = new FormData(form);
    body.set("basis", basis);
    body.set("writer", writer);
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
      offline = false;
      await take(answer, sent);
    } catch {
      offline = true;
      say(hold() ? "Offline: kept on this device" : "Offline: not kept, leave this page open");
      pause = setTimeout(send, AGAIN);
    } finally {
      sending = false;
    }
  }
  async function take(answer, sent) {
    if (answer.ok) {
      const { saved_at, saved } = await answer.json();
      basis = form.elements.basis.value = saved_at;
      kept = sent;
      $("held-hint").textContent = "";
      if (unsent()) return changed();
      device.drop(key);
      return say(`Saved ${saved}`);
    }
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (told.fields) return ask(told);
    hold();
    if (answer.status >= 500) { say("Not saved yet: kept on this device"); pause = setTimeout(send, AGAIN); return; }
    say(told.refused ?? (answer.type === "opaqueredirect" ? "Signed out: kept on this device, sign in again" : "Not saved: kept on this device"));
  }
  // Somebody wrote later: nothing is written over until the person has chosen.
  function ask(told) {
    asked = true;
    clearTimeout(pause);
    $("newer-words").textContent = `${told.by || "Somebody"} wrote newer words at ${told.saved}, in another window or on another device. Which do you want to keep?`;
    newer.hidden = $("newer-choice").hidden = false;
    newer.focus();
    say("Not saved: two versions");
    const chose = (mine) => {
      asked = false;
      newer.hidden = true;
      basis = form.elements.basis.value = told.saved_at;
      if (!mine) { fill(told.fields); kept = fields(); device.drop(key); say(`Saved ${told.saved}`); return; }
      hold();
      send();
    };
    $("keep-mine").onclick = () => chose(true);
    $("take-newer").onclick = () => chose(false);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", () => { if (unsent()) send(); });
  addEventListener("offline", () => { if (unsent()) say(hold() ? "Offline: kept on this device" : "Offline"); });
  addEventListener("pagehide", () => {
    if (!unsent() || asked || form.dataset.leaving) return;
    const body = new FormData(form);
    body.set("basis", basis);
    body.set("writer", writer);
    hold();
    fetch(form.dataset.draft, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter === $("later")) { event.preventDefault(); send(); return; }
    if (offline || navigator.onLine === false) {
      event.preventDefault();
      hold();
      $("held-hint").textContent = "Offline: what you wrote is kept on this device. Press this again when the connection is back.";
      return;
    }
    clearTimeout(pause);
    form.dataset.leaving = "true";
    hold({ leaving: true });
  });

  // What this device kept from last time, unless the page has just come back with what was sent.
  const before = device.get(key);
  if ("sent" in form.dataset) { kept = {}; changed(); }
  else if (before?.fields && !same({ ...fields(), ...before.fields }, fields())) {
    const here = { fields: fields(), saved_at: basis, saved: $("saved").textContent.replace(/^\D+/, ""), by: "" };
    fill(before.fields);
    if (before.basis === basis) { writer = before.writer ?? writer; say("Brought back what this device kept"); send(); }
    else ask(here);
  } else device.drop(key);
}

// The minutes: gentle when they run out, and nothing is ever locked.
function time(box) {
  const minutes = Number(box.dataset.minutes), start = box.querySelector("form"), words = box.querySelector(".timer-words");
  const ahead = Date.parse(box.dataset.now) - Date.now(), soon = Math.floor(minutes * 0.8);
  let began = Date.parse(box.dataset.started ?? ""), said = "";
  function tick() {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - began) / 1000));
    if (Number.isNaN(seconds)) return;
    const passed = Math.floor(seconds / 60);
    if (passed >= 240) { start.hidden = false; words.textContent = ""; return; }
    words.textContent = `${passed}:${String(seconds % 60).padStart(2, "0")} of ${minutes} minutes`;
    box.className = passed >= soon ? "timer-soon" : "";
    const left = minutes - passed;
    const hint = passed >= minutes ? `${minutes} minutes are over. Finish when it suits you both.`
      : passed >= soon ? `About ${left} minute${left === 1 ? "" : "s"} left: agree on one thing.` : "";
    const phase = passed >= minutes ? "over" : passed >= soon ? "soon" : "";
    if (phase !== said) { said = phase; $("timer-hint").textContent = hint; }
  }
  start.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(start.action, {
        method: "POST", body: new FormData(start), headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) return start.submit();
      began = Date.parse((await answer.json()).started_at);
    } catch {
      began = Date.now() + ahead;
    }
    start.hidden = true;
    tick();
  });
  tick();
  setInterval(tick, 1000);
}

// After it is held: what was sent with it goes; words that never arrived are shown before they go.
function leftovers(note) {
  const key = note.dataset.left, before = device.get(key);
  if (!before) return;
  if (before.leaving) return device.drop(key);
  const words = Object.entries(before.fields ?? {}).filter(([name, text]) => text && !/_on$|^by_when$|^aim$/.test(name));
  $("left-words").textContent = words.map(([, text]) => text).join("\n");
  note.hidden = false;
  $("left-drop").onclick = () => { device.drop(key); note.remove(); };
}
