// Presses, stored until the store has answered them. One key or click is one act, with an
// identifier and the card that was in view. Acts wait in this tab's storage; while no run of the
// screen is under way, all that wait are sent together, repeatedly until each is answered.
// No network access of its own, no innerHTML with data.
const STORE = "nameplate-acts";
const LOOK_MS = 50;
const AGAIN_MS = 4000;
const ASKED_MS = 10000; // how long to wait for a requested run before assuming that none will come
const SHOWN_MISSED = 60;
const PICTURE_SHARE = 0.75; // of the height of the crop that must be in view
const READING_SHARE = 0.95; // of the height of the reading
const WHY = {
  drawing: "the screen was still loading. Press again",
  going: "an earlier press was still being processed",
  crop: "the crop of the plate was not in view. It is now; press again",
  card: "its card was not in view. It is now; press again",
  waiting: "this answer is already waiting to be recorded",
  done: "this answer is already recorded",
  none: "nothing on the screen uses this key",
  gone: "what it was for is no longer on the screen",
  changed: "the screen changed first. Check it and press again",
};

function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE));
    return { waiting: kept.waiting.slice(), refused: kept.refused.slice() };
  } catch {
    return { waiting: [], refused: [] };
  }
}

function begin(panel) {
  const kept = load();
  const me = { panel, data: { answers: {} }, send: () => {}, kept, missed: [], done: new Set(),
    going: null, askedAt: 0, sentAt: 0, sentIds: "", letThrough: false, leads: false };

  // --- what is on the screen ----------------------------------------------------------------
  const app = () => document.querySelector("[data-testid='stApp']");
  const calm = () => {
    const state = app()?.dataset.testScriptState;
    return state === undefined || state === "notRunning";
  };
  // The page shows a run only once the server reports it; until then, the request is tracked here.
  const idle = () => calm() && Date.now() - me.askedAt > ASKED_MS;
  const connected = () => (app()?.dataset.testConnectionState ?? "CONNECTED") === "CONNECTED";
  const named = (key) => document.querySelector(`.st-key-${CSS.escape(key)}`);
  const cards = () => [...document.querySelectorAll(".np-act")].map((node) => ({
    node, key: node.dataset.key || "", button: node.dataset.button,
    at: JSON.parse(node.dataset.act), card: node.closest("[class*='st-key-card-']") }));
  const words = () => document.querySelector("[data-testid='stMain']")?.innerText ?? "";
  const turns = () => [...document.querySelectorAll(".np-turn")].map((node) => node.dataset);
  const share = (box, top, bottom) => (box?.width > 0 && box.height > 0
    ? Math.max(0, Math.min(box.bottom, bottom) - Math.max(box.top, top)) / box.height : 0);
  const covered = () => { // by the bar at the top, unless it is transparent
    const bar = document.querySelector("[data-testid='stHeader']");
    const see = bar && /, 0\)$|^transparent$/.test(getComputedStyle(bar).backgroundColor);
    return bar && !see ? bar.getBoundingClientRect().bottom : 0;
  };

  function pictureOf(at) {
    const crop = named(at.crop);
    if (!crop) return null;
    for (const node of crop.querySelectorAll("*"))
      if (node.shadowRoot?.querySelector(".pv-stage image")) return node.shadowRoot.querySelector(".pv-stage");
    return null;
  }

  // Why this card cannot be judged now, or null. Only what was in view can be judged.
  function unseen({ at, card }, { byKey }) {
    const picture = pictureOf(at)?.getBoundingClientRect();
    if (!picture) return "going";
    const top = covered();
    if (share(picture, top, innerHeight) < PICTURE_SHARE) return "crop";
    if (!byKey) return null;
    const reading = card?.querySelector(".np-glyphs, .np-machine")?.getBoundingClientRect();
    const above = reading && picture.left < reading.right && picture.right > reading.left;
    return share(reading, above ? picture.bottom : top, innerHeight) < READING_SHARE ? "card" : null;
  }

  // --- what is stored -------------------------------------------------------------------------
  function keep() {
    try {
      sessionStorage.setItem(STORE, JSON.stringify(me.kept));
    } catch { /* a tab without storage holds them as long as it is open */ }
    show();
  }

  function miss(what, why) {
    me.missed = [...me.missed, { what, why }].slice(-SHOWN_MISSED);
    show();
  }

  const same = (act) => `${act.case}/${act.exhibit}/${act.region}/${act.field}@${act.seen}`;

  function take(found, { byKey, what }) {
    const why = me.going ? "going" : unseen(found, { byKey });
    if (why) {
      const show = why === "crop" ? named(found.at.crop) : why === "card" ? found.card : null;
      show?.scrollIntoView({ block: "center" });
      return miss(what, why);
    }
    const { crop, ...at } = found.at;
    const act = { id: makeId(), ...at };
    if (me.kept.waiting.some((one) => same(one) === same(act))) return miss(what, "waiting");
    if (me.done.has(same(act))) return miss(what, "done");
    me.kept.waiting.push(act);
    me.leads = me.leads || byKey;
    keep();
    step();
  }

  // --- sending, and continuing ----------------------------------------------------------------
  const mine = () => me.kept.waiting.filter((act) => act.person === me.data.person);

  function step() {
    const now = Date.now();
    const acts = mine();
    const ids = acts.map((act) => act.id).join();
    if (acts.length && idle() && connected() && (ids !== me.sentIds || now - me.sentAt > AGAIN_MS)) {
      me.sentIds = ids;
      me.sentAt = me.askedAt = now;
      me.send({ sent: now, acts });
    }
    if (me.leads && !acts.length && idle()) lead();
    const going = me.going;
    if (!going) return;
    if (going.pressed) {
      if (idle()) me.going = null; // the run that it started is over
    } else if (!acts.length && idle()) {
      const button = going.node?.isConnected ? going.node
        : named(going.button)?.querySelector("button:not([disabled])");
      if (!button || (going.over !== undefined && going.over !== words())) {
        me.going = null;
        miss(going.what, button ? "changed" : "gone");
      } else {
        going.pressed = true;
        me.askedAt = now;
        me.letThrough = true;
        button.click();
        me.letThrough = false;
      }
    }
    show();
  }

  // After cards were judged by key, bring the next one to judge into view.
  function lead() {
    me.leads = false;
    const next = cards().find((one) => one.key);
    if (next && unseen(next, { byKey: true }) === "card") next.card?.scrollIntoView({ block: "center" });
  }

  function answered(answers) {
    for (const act of [...me.kept.waiting]) {
      const why = answers[act.id];
      if (why === undefined) continue;
      me.kept.waiting = me.kept.waiting.filter((one) => one.id !== act.id);
      if (why) me.kept.refused = [...me.kept.refused, { label: act.label, why }].slice(-SHOWN_MISSED);
      else me.done.add(same(act));
    }
    keep();
  }

  // --- messages -------------------------------------------------------------------------
  function line(root, selector, text) {
    const node = root.querySelector(selector);
    if (node.textContent !== text) node.textContent = text;
    node.hidden = !text;
  }

  function list(root, selector, items) {
    const box = root.querySelector(selector);
    box.hidden = !items.length;
    const rows = box.querySelector("ul");
    if (rows.textContent === items.join("")) return;
    rows.replaceChildren(...items.map((text) => {
      const row = document.createElement("li");
      row.textContent = text;
      return row;
    }));
  }

  function show() {
    const root = me.panel;
    const others = me.kept.waiting.filter((act) => act.person !== me.data.person);
    const own = mine();
    const late = own.length && me.sentAt && Date.now() - me.sentAt > 2 * LOOK_MS && (!connected()
      || Date.now() - me.sentAt > AGAIN_MS);
    const said = [];
    if (own.length) said.push(`${own.length} waiting to be recorded: ${own.map((act) => act.label).join(", ")}.`
      + (late ? " No reply yet; this tab keeps them and sends them again." : ""));
    if (others.length) said.push(`${others.length} waiting to be recorded, pressed by `
      + `${[...new Set(others.map((act) => act.name))].join(", ")}; sent when that person signs in in this tab.`);
    line(root, ".wa-waiting", said.join(" "));
    line(root, ".wa-going", me.going && !me.going.pressed
      ? `Wait: ${me.going.what} follows once earlier presses are done.` : "");
    const grouped = new Map();
    for (const { what, why } of me.missed) grouped.set(why, [...(grouped.get(why) ?? []), what]);
    list(root, ".wa-missed", [...grouped].map(([why, what]) => `Ignored because ${WHY[why]}: ${what.join(", ")}.`));
    list(root, ".wa-refused", me.kept.refused.map(({ label, why }) => `${label}: ${why}`));
    root.hidden = ![...root.children].some((child) => !child.hidden);
  }

  // --- keys and clicks ----------------------------------------------------------------------
  const writing = (node) => node instanceof Element && Boolean(node.closest(
    "textarea, select, [contenteditable='true'], [role='combobox'], [role='listbox'], "
    + "input:not([type='checkbox']):not([type='radio']):not([type='range'])"));

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // Press a button once all is recorded and no run is under way. With `over`, the words on the
  // screen, only if they are unchanged: nothing is pressed on what its person has not seen.
  function hold(what, { button, node, over }) {
    if (me.going) return miss(what, "going");
    me.going = { what, button, node, over };
    step();
    show();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (writing(event.composedPath()[0])) return;
    const names = [event.key.toLowerCase(), event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase()];
    const found = cards();
    const all = turns();
    for (const name of names) {
      const here = found.filter((card) => card.key === name);
      const turn = all.find((one) => one.key === name);
      if (!here.length && !turn) continue;
      stop(event);
      if (here.length > 1) return miss(name.toUpperCase(), "drawing");
      return here.length ? take(here[0], { byKey: true, what: name }) : hold(turn.what, { button: turn.button });
    }
    if (me.data.keys && /^[1-9]$/.test(event.key)) miss(event.key, me.going ? "going" : idle() ? "none" : "drawing");
  }

  function onClick(event) {
    if (me.letThrough) return;
    const node = event.composedPath().find((one) => one instanceof Element
      && (one.matches("button, [role='button']")));
    const box = node?.closest("[data-testid='stButton'], [data-testid='stFormSubmitButton']");
    if (!box || node.closest(".wa")) return;
    const keyed = (key) => Boolean(node.closest(`.st-key-${CSS.escape(key)}`));
    const what = node.textContent.trim();
    const card = cards().find((one) => keyed(one.button));
    if (card) {
      stop(event);
      return take(card, { byKey: false, what });
    }
    const turn = turns().find((one) => keyed(one.button));
    if (turn && (mine().length || !idle())) {
      stop(event);
      return hold(turn.what, { button: turn.button });
    }
    if ((idle() && !mine().length) || (me.data.always ?? []).some(keyed)) {
      me.askedAt = Date.now();
      return;
    }
    stop(event);
    const key = [...(node.closest("[class*='st-key-']")?.classList ?? [])]
      .find((name) => name.startsWith("st-key-"));
    hold(`“${what}”`, { node, button: key?.slice("st-key-".length) ?? "", over: words() });
  }

  function onLeave(event) {
    if (me.kept.waiting.length) event.preventDefault();
  }

  panel.addEventListener("click", (event) => {
    const of = event.target.dataset?.of;
    if (of === "missed") me.missed = [];
    if (of === "refused") me.kept.refused = [];
    if (of) keep();
  });
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("click", onClick, true);
  window.addEventListener("beforeunload", onLeave);
  const clock = setInterval(step, LOOK_MS);
  const runs = new MutationObserver(() => {
    if (!calm()) me.askedAt = 0;
  });
  runs.observe(document.body, { subtree: true, attributeFilter: ["data-test-script-state"] });
  me.update = ({ data, setStateValue }) => {
    me.data = data;
    me.send = (value) => setStateValue("sent", value);
    answered(data.answers ?? {});
    step();
  };
  me.end = () => {
    clearInterval(clock);
    runs.disconnect();
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("click", onClick, true);
    window.removeEventListener("beforeunload", onLeave);
  };
  return me;
}

export default function (component) {
  const panel = component.parentElement.querySelector(".wa");
  if (window.npActs?.panel !== panel) {
    window.npActs?.end();
    window.npActs = begin(panel);
  }
  const me = window.npActs;
  me.update(component);
  return () => {
    if (window.npActs === me && !panel.isConnected) {
      me.end();
      window.npActs = undefined;
    }
  };
}
