// Files go up in pieces by the tus protocol, one after the other, and go on where they broke off: after a lost connection by themselves,
// after a closed window when the same file is chosen again. Without this file the form sends them whole.
const $ = (id) => document.getElementById(id);
const PIECE = 2 * 1024 * 1024, WAITS = [1000, 2000, 5000, 10000, 20000], TUS = { "Tus-Resumable": "1.0.0" };
const form = $("upload");

// What this device remembers of files that it began to send.
const device = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* then it begins anew after a closed window */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};
const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

class Refused extends Error {}
class Busy extends Error {} // an earlier request is still at it: a long recording is looked at for a while

function headers(more) { return { ...TUS, "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, ...more }; }
async function ask(address, method, more = {}, body = undefined) {
  const answer = await fetch(address, { method, headers: headers(more), body, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new Refused("Sign in again in another window, then choose the file again.");
  return answer;
}

async function begin(file) {
  const said = { filename: file.name };
  for (const name of ["agent", "started_at", "queue", "language"]) if (form.elements[name].value) said[name] = form.elements[name].value;
  const metadata = Object.entries(said).map(([name, value]) => `${name} ${encoded(value)}`).join(",");
  const answer = await ask(form.dataset.uploads, "POST", { "Upload-Length": String(file.size), "Upload-Metadata": metadata });
  if (answer.status !== 201) throw new Refused(await answer.text());
  return answer.headers.get("Location");
}
async function offsetAt(address) {
  const answer = await ask(address, "HEAD");
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
}

// Sends what is missing; a connection that is lost is tried again, longer and longer apart, as long as something moves.
async function send(file, row) {
  const key = `upload ${form.elements.agent.value} ${file.name} ${file.size} ${file.lastModified}`;
  let address = device.get(key), tries = 0, known = -1;
  for (;;) {
    try {
      let offset = address ? await offsetAt(address) : null;
      if (offset === null) {
        address = await begin(file);
        device.set(key, address);
        offset = 0;
      }
      if (offset > known) { tries = 0; known = offset; }
      do {
        row.at(offset, file.size);
        const answer = await ask(address, "PATCH", { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, file.slice(offset, offset + PIECE));
        if (answer.status === 204) offset = Number(answer.headers.get("Upload-Offset"));
        else if (answer.status === 423) throw new Busy();
        else if (answer.status === 409 || answer.status >= 500) throw new Error(await answer.text());
        else throw new Refused(await answer.text());
        if (offset > known) { tries = 0; known = offset; }
      } while (offset < file.size);
      device.drop(key);
      return await (await ask(address, "GET")).json();
    } catch (error) {
      if (error instanceof Refused || tries >= WAITS.length) throw error;
      if (error instanceof Busy) tries = Math.min(tries, 2);
      row.say(error instanceof Busy ? "It is looked at; this takes a while." : "Connection lost; it goes on by itself.");
      await rest(WAITS[tries++]);
    }
  }
}

function rowOf(file) {
  $("none")?.remove();
  const known = [...$("rows").children].find((one) => one.dataset.name === file.name && Number(one.dataset.size) === file.size);
  const item = known ?? document.createElement("li"), says = document.createElement("p"), bar = document.createElement("progress"), name = document.createElement("b");
  name.textContent = file.name;
  name.className = "breaks";
  name.dir = "auto";
  says.className = "small mb-0";
  bar.setAttribute("aria-label", `${file.name}, how much of it is here`);
  bar.max = file.size;
  bar.value = 0;
  item.replaceChildren(name, bar, says);
  $("rows").prepend(item);
  return {
    at(offset, size) { bar.value = offset; says.textContent = offset >= size ? "All of it is here; it is looked at." : `${megabytes(offset)} of ${megabytes(size)}`; },
    say(words) { says.textContent = words; },
    done({ conversations, address, refused }) {
      bar.remove();
      const link = document.createElement("a");
      link.href = address;
      link.textContent = conversations > 1 ? `${conversations} conversations: open the first` : "Open the conversation";
      says.replaceChildren(...(address ? [link, ". A recording waits there until it is transcribed."] : [conversations ? `${conversations} taken in.` : ""]));
      if (refused) this.refused(`Not taken: ${refused}.`, true);
      $("told").textContent = `${file.name}: ${conversations ? "taken in" : "not taken"}`;
    },
    refused(words, beside = false) {
      bar.remove();
      const told = document.createElement("span");
      told.className = "field-error d-block";
      told.textContent = words;
      says.replaceChildren(...(beside ? [...says.childNodes, told] : [told]));
      $("told").textContent = `${file.name}: ${words}`;
    },
  };
}

let sending = false;
async function sendAll(files) {
  const rows = files.map((file) => [file, rowOf(file)]);
  for (const [, row] of rows) row.say("Waits for its turn.");
  sending = true;
  for (const [file, row] of rows) {
    try { row.done(await send(file, row)); }
    catch (error) { row.refused(error instanceof Refused ? error.message : "The connection is lost. Choose the same file again, and it goes on."); }
  }
  sending = false;
}
if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    const files = [...form.elements.files.files];
    form.elements.files.value = "";
    sendAll(files);
  });
  $("drop-hint").hidden = false;
  for (const name of ["dragenter", "dragover"]) $("drop").addEventListener(name, (event) => { event.preventDefault(); $("drop").classList.add("is-over"); });
  for (const name of ["dragleave", "drop"]) $("drop").addEventListener(name, () => $("drop").classList.remove("is-over"));
  $("drop").addEventListener("drop", (event) => { event.preventDefault(); form.elements.files.files = event.dataTransfer.files; });
  addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
}
