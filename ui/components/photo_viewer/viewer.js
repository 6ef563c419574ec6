// A photo with regions: zoom, pan, rotate and enhance the view, choose a region, draw one.
// No network access, no innerHTML with data; the picture itself is never changed.
const NS = "http://www.w3.org/2000/svg";

function shape(name, attributes, parent) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.appendChild(node);
  return node;
}

const list = (points) => points.map((p) => p.join(",")).join(" ");

const AS_IT_IS = { brightness: 100, contrast: 100, even: false, invert: false, grey: false, pixels: false };

// Shows what is lighter or darker than its surroundings on an even grey: shallow letters stand out.
function evenLight(stage, spread) {
  const filter = shape("filter", { id: "pv-even", x: 0, y: 0, width: 1, height: 1,
    "color-interpolation-filters": "sRGB" }, shape("defs", {}, stage));
  shape("feGaussianBlur", { in: "SourceGraphic", stdDeviation: spread }, filter);
  const negative = shape("feComponentTransfer", { result: "around" }, filter);
  for (const channel of ["R", "G", "B"])
    shape(`feFunc${channel}`, { type: "table", tableValues: "1 0" }, negative);
  shape("feComposite", { in: "SourceGraphic", in2: "around", operator: "arithmetic",
    k1: 0, k2: 0.5, k3: 0.5, k4: 0 }, filter);
  const steeper = shape("feComponentTransfer", {}, filter);
  for (const channel of ["R", "G", "B"])
    shape(`feFunc${channel}`, { type: "linear", slope: 4, intercept: -1.5 }, steeper);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".pv");
  const stage = root.querySelector(".pv-stage");
  const memory = root.pvMemory ||
    (root.pvMemory = { photo: null, view: null, drawn: null, turns: 0, aids: { ...AS_IT_IS } });
  if (memory.photo !== data.photo) {
    memory.photo = data.photo;
    memory.view = null;
    memory.drawn = null;
    memory.turns = 0;
    memory.aids = { ...AS_IT_IS };
  }
  const bounds = () => (memory.turns % 2
    ? { x: (data.width - data.height) / 2, y: (data.height - data.width) / 2, w: data.height, h: data.width }
    : { x: 0, y: 0, w: data.width, h: data.height });
  let whole = bounds();
  let layer = stage;
  root.classList.toggle("pv-can-aid", Boolean(data.aids));
  if (!memory.view) memory.view = { ...whole };
  if (!data.drawing) memory.drawn = null;
  root.classList.toggle("pv-drawing", Boolean(data.drawing));
  root.querySelector(".pv-hint").textContent = data.drawing
    ? "Drag a box over the plate, then adjust its corners. The blue edge marks the top of the text."
    : data.hint;
  stage.setAttribute("aria-label", data.alt);
  stage.style.maxHeight = `${data.height_px}px`;

  const fit = () => {
    const v = memory.view;
    stage.setAttribute("viewBox", `${v.x} ${v.y} ${v.w} ${v.h}`);
    stage.style.aspectRatio = `${whole.w} / ${whole.h}`;
  };
  const zoom = (factor, at) => {
    const v = memory.view;
    const w = Math.min(whole.w, Math.max(whole.w / 40, v.w / factor));
    const scale = w / v.w;
    const c = at || { x: v.x + v.w / 2, y: v.y + v.h / 2 };
    memory.view = { x: c.x - (c.x - v.x) * scale, y: c.y - (c.y - v.y) * scale, w, h: v.h * scale };
    if (w >= whole.w) memory.view = { ...whole };
    draw();
  };
  const seen = (event, on) => new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(on.getScreenCTM().inverse());
  const where = (event) => {
    const point = seen(event, layer);
    return { x: Math.min(data.width, Math.max(0, point.x)), y: Math.min(data.height, Math.max(0, point.y)) };
  };
  const unit = () => memory.view.w / Math.max(stage.clientWidth, 1);

  function region(item) {
    const chosen = item.id === data.selected;
    const polygon = shape("polygon", {
      points: list(item.points), class: `pv-region${chosen ? " pv-chosen" : ""}`,
      tabindex: data.drawing ? -1 : 0, role: "button", "aria-label": item.label,
      "aria-pressed": chosen, "data-region": item.id,
    }, layer);
    shape("title", {}, polygon).textContent = item.label;
    const choose = () => { if (!data.drawing) setTriggerValue("picked", item.id); };
    polygon.addEventListener("click", choose);
    polygon.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); }
    });
    const u = unit();
    const top = item.points.reduce((a, b) => (b[1] < a[1] ? b : a));
    const tag = shape("g", { class: `pv-tag${chosen ? " pv-chosen" : ""}`,
      transform: `translate(${top[0]} ${Math.max(top[1] - 20 * u, 0)}) scale(${u}) rotate(${-90 * memory.turns})` }, layer);
    shape("rect", { width: 12 + 9 * item.id.length, height: 19, rx: 3 }, tag);
    const text = shape("text", { x: 6, y: 14, "font-size": 13 }, tag);
    text.textContent = item.id;
  }

  function drawnRegion() {
    const points = memory.drawn;
    if (!points) return;
    shape("polygon", { points: list(points), class: "pv-new" }, layer);
    shape("line", { x1: points[0][0], y1: points[0][1], x2: points[1][0], y2: points[1][1],
      class: "pv-top" }, layer);
    points.forEach((point, index) => {
      const handle = shape("circle", { cx: point[0], cy: point[1], r: 7 * unit(),
        class: "pv-handle", "data-corner": index }, layer);
      handle.addEventListener("pointerdown", (event) => {
        event.stopPropagation();
        stage.setPointerCapture(event.pointerId);
        memory.drag = { corner: index };
      });
    });
  }

  function picture() {
    const aids = memory.aids;
    const image = shape("image", { href: data.src, width: data.width, height: data.height }, layer);
    if (aids.even) evenLight(stage, Math.min(data.width, data.height) / 20);
    image.style.filter = [
      aids.even && "url(#pv-even)", aids.grey && "grayscale(1)", aids.invert && "invert(1)",
      aids.brightness !== 100 && `brightness(${aids.brightness / 100})`,
      aids.contrast !== 100 && `contrast(${aids.contrast / 100})`,
    ].filter(Boolean).join(" ");
    image.style.imageRendering = aids.pixels ? "pixelated" : "auto";
    const altered = memory.turns !== 0 || Object.keys(AS_IT_IS).some((name) => aids[name] !== AS_IT_IS[name]);
    root.querySelector(".pv-altered").hidden = !altered;
    for (const input of root.querySelectorAll("[data-aid]"))
      if (input.type === "range") input.value = aids[input.dataset.aid];
      else input.checked = aids[input.dataset.aid];
  }

  function draw() {
    // The focused region is redrawn: give it the focus back, for zooming by keyboard.
    const focused = stage.getRootNode().activeElement?.getAttribute("data-region");
    stage.replaceChildren();
    layer = shape("g", {
      transform: `rotate(${90 * memory.turns} ${data.width / 2} ${data.height / 2})` }, stage);
    picture();
    (data.lines || []).forEach((points) => shape("polygon", { points: list(points), class: "pv-line" }, layer));
    data.regions.forEach(region);
    drawnRegion();
    if (focused) stage.querySelector(`[data-region="${CSS.escape(focused)}"]`)?.focus();
    fit();
    for (const name of ["use", "clear", "turn"])
      root.querySelector(`[data-do=${name}]`).disabled = !memory.drawn;
  }

  stage.onwheel = (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, seen(event, stage));
  };
  stage.onpointerdown = (event) => {
    const at = where(event);
    if (data.drawing) {
      stage.setPointerCapture(event.pointerId);
      memory.drag = { from: at };
    } else if (!event.target.classList.contains("pv-region")) {
      stage.setPointerCapture(event.pointerId);
      memory.drag = { pan: { x: event.clientX, y: event.clientY }, view: { ...memory.view } };
      stage.classList.add("pv-grabbing");
    }
  };
  stage.onpointermove = (event) => {
    const drag = memory.drag;
    if (!drag) return;
    const at = where(event);
    if (drag.pan) {
      const scale = 1 / stage.getScreenCTM().a;
      memory.view.x = drag.view.x - (event.clientX - drag.pan.x) * scale;
      memory.view.y = drag.view.y - (event.clientY - drag.pan.y) * scale;
      fit();
      return;
    }
    if (drag.corner !== undefined) memory.drawn[drag.corner] = [at.x, at.y];
    else {
      const [x1, x2] = [Math.min(drag.from.x, at.x), Math.max(drag.from.x, at.x)];
      const [y1, y2] = [Math.min(drag.from.y, at.y), Math.max(drag.from.y, at.y)];
      if (x2 - x1 > 4 && y2 - y1 > 4) memory.drawn = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
    }
    draw();
  };
  stage.onpointerup = stage.onpointercancel = () => {
    memory.drag = null;
    stage.classList.remove("pv-grabbing");
  };
  stage.onkeydown = (event) => {
    const step = memory.view.w / 10;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") { memory.view = { ...whole }; draw(); }
    else if (event.key === "t" && data.aids) actions.turned();
    else if (moves[event.key]) {
      memory.view.x += moves[event.key][0];
      memory.view.y += moves[event.key][1];
      fit();
    } else return;
    event.preventDefault();
  };
  const actions = {
    in: () => zoom(1.5), out: () => zoom(1 / 1.5),
    all: () => { memory.view = { ...whole }; draw(); },
    clear: () => { memory.drawn = null; draw(); },
    turn: () => { memory.drawn = [...memory.drawn.slice(1), memory.drawn[0]]; draw(); },
    use: () => setTriggerValue("drawn", memory.drawn),
    turned: () => {
      memory.turns = (memory.turns + 1) % 4;
      whole = bounds();
      memory.view = { ...whole };
      draw();
    },
    look: () => {
      const panel = root.querySelector(".pv-look");
      panel.hidden = !panel.hidden;
      root.querySelector("[data-do=look]").setAttribute("aria-expanded", String(!panel.hidden));
    },
    reset: () => {
      memory.turns = 0;
      memory.aids = { ...AS_IT_IS };
      whole = bounds();
      memory.view = { ...whole };
      draw();
    },
  };
  for (const input of root.querySelectorAll("[data-aid]"))
    input.oninput = () => {
      memory.aids[input.dataset.aid] = input.type === "range" ? Number(input.value) : input.checked;
      draw();
    };
  for (const button of root.querySelectorAll("[data-do]"))
    button.onclick = () => actions[button.dataset.do]();
  draw();
}
