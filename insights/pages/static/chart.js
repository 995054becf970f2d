/* Draws the figure that the page carries, to zoom into, in the page's own colours, once somebody asks for it: Plotly
   is large. The chart that the server drew, and the table beside it, say the same. */
(() => {
  "use strict";

  const chart = document.getElementById("chart");
  const zoom = document.getElementById("zoom");
  const figure = JSON.parse(document.getElementById("figure").textContent);

  function coloured() {
    const style = getComputedStyle(document.documentElement);
    const [ink, edge, brand, alarm] = ["ink", "line", "brand", "alarm"].map((name) => style.getPropertyValue(`--${name}`).trim());
    const axis = { color: ink, gridcolor: edge, linecolor: edge, zerolinecolor: edge };
    return {
      data: figure.data.map((trace) =>
        trace.type === "bar" ? { ...trace, marker: { color: brand } } : { ...trace, line: { color: edge, width: 1 }, fillcolor: edge }),
      layout: {
        ...figure.layout,
        xaxis: { ...figure.layout.xaxis, ...axis },
        yaxis: { ...figure.layout.yaxis, ...axis },
        shapes: figure.layout.shapes.map((shape) =>
          shape.type === "rect" ? { ...shape, fillcolor: ink, line: { width: 0 } } : { ...shape, line: { ...shape.line, color: alarm } }),
        font: { family: getComputedStyle(chart).fontFamily, size: 14, color: ink },
        paper_bgcolor: "transparent",
        plot_bgcolor: "transparent",
        margin: { l: 48, r: 8, t: 24, b: 40 },
        bargap: 0.15,
      },
    };
  }

  function draw() {
    const { data, layout } = coloured();
    Plotly.react(chart, data, layout, { displayModeBar: false, responsive: true, locale: "page" });
  }

  function load() {
    const script = document.createElement("script");
    script.src = zoom.dataset.plotly;
    /* Plotly looks for this id before it writes MapLibre's style sheet into the page, which our policy forbids. */
    script.id = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
    script.addEventListener("load", () => {
      /* By a name of its own: what it lacks comes from Plotly's "en". */
      Plotly.register({ moduleType: "locale", name: "page", dictionary: {}, format: figure.calendar });
      document.getElementById("days-chart").hidden = true;
      chart.hidden = false;
      draw();
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    });
    document.head.append(script);
  }

  zoom.hidden = false;
  zoom.addEventListener("click", load, { once: true });
})();
