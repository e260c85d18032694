// Charts drawn from the table beside each: what the page shows without scripts, with the value under the pointer told.
(function () {
  "use strict";
  var LIBRARY = document.currentScript.dataset.library;
  var DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
  var SHAPES = ["circle", "triangle", "rect", "diamond"];
  var drawn = [];

  function colour(name) {
    return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  function read(figure) {
    var table = figure.querySelector("table");
    var every = Array.prototype.slice.call(table.querySelectorAll("thead th"));
    var columns = figure.dataset.columns ? figure.dataset.columns.split(" ").map(Number) : every.slice(1).map(function (_, at) { return at + 1; });
    var rows = Array.prototype.slice.call(table.querySelectorAll("tbody tr"));
    return {
      labels: rows.map(function (row) { return row.cells[0].textContent; }),
      links: rows.map(function (row) { var link = row.cells[0].querySelector("a"); return link ? link.href : ""; }),
      series: columns.map(function (column) {
        return {
          name: every[column].textContent,
          values: rows.map(function (row) {
            var text = row.cells[column].textContent.trim();
            return /^-?[\d.]+$/.test(text) ? Number(text) : null; // for the eye alone: what is counted stands in the table
          })
        };
      })
    };
  }
  function axis(data, flipped) {
    return {
      type: "category", data: data.labels, inverse: flipped, axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--soft") } },
      axisLabel: { color: colour("--ink"), fontSize: 12, hideOverlap: true, width: flipped ? 150 : undefined, overflow: "truncate" }
    };
  }
  function scale(data, full) {
    var known = [].concat.apply([], data.series.map(function (one) { return one.values; })).filter(function (one) { return one !== null; });
    var least = Math.min.apply(null, known.length ? known : [0]);
    return {
      type: "value", max: full || undefined, min: Math.min(Math.floor(least / 10) * 10, full ? full - 10 : least),
      splitLine: { lineStyle: { color: colour("--rule") } }, axisLabel: { color: colour("--ink"), fontSize: 12 }
    };
  }
  function options(figure, data) {
    var bars = figure.dataset.chart === "bars", full = Number(figure.dataset.full) || 0;
    var numbers = scale(data, full), names = axis(data, bars);
    if (bars) numbers.min = 0;
    return {
      animation: false, textStyle: { fontFamily: window.getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: bars ? 56 : 24, top: bars ? 4 : 16, bottom: 4, containLabel: true },
      legend: data.series.length > 1 ? { textStyle: { color: colour("--ink") }, top: 0, itemWidth: 34 } : undefined,
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: bars ? "shadow" : "line" },
        backgroundColor: colour("--paper"), borderColor: colour("--soft"), textStyle: { color: colour("--ink"), fontSize: 13 }
      },
      xAxis: bars ? numbers : names, yAxis: bars ? names : numbers,
      series: data.series.map(function (one, at) {
        return {
          name: one.name, data: one.values, type: bars ? "bar" : "line", barMaxWidth: 16, symbolSize: 7, symbol: SHAPES[at % SHAPES.length], connectNulls: false,
          cursor: bars && data.links.some(Boolean) ? "pointer" : "default",
          itemStyle: { color: colour(at ? "--c" + at % 4 : "--bar") },
          lineStyle: { color: colour(at ? "--c" + at % 4 : "--bar"), type: DASHES[at % DASHES.length] },
          label: { show: bars || data.series.length === 1, position: bars ? "right" : "top", color: colour("--ink"), fontSize: 12,
            formatter: function (told) { return figure.dataset.chart === "bars" || data.labels.length < 13 ? told.value.toFixed(2) : ""; } }
        };
      })
    };
  }
  function draw(figure) {
    var data = read(figure), place = figure.querySelector(".live");
    if (!data.labels.length || !place) return;
    place.hidden = false;
    var bars = figure.dataset.chart === "bars";
    place.style.height = (bars ? data.labels.length * 24 + 34 : 260) + "px";
    var chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(figure, data));
    if (bars) chart.on("click", function (told) { if (data.links[told.dataIndex]) window.location = data.links[told.dataIndex]; });
    figure.classList.add("is-live");
    drawn.push([figure, chart]);
  }
  function drawAll() {
    drawn = drawn.filter(function (one) {
      if (one[0].isConnected) return true;
      one[1].dispose();
      return false;
    });
    Array.prototype.forEach.call(document.querySelectorAll("figure[data-chart]:not(.is-live)"), draw);
  }
  function load() {
    if (!document.querySelector("figure[data-chart]:not(.is-live)")) return;
    if (window.echarts) { drawAll(); return; }
    var script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = drawAll;
    document.head.appendChild(script);
  }
  document.addEventListener("kaoping:look", function () {
    drawn.forEach(function (one) { one[1].setOption(options(one[0], read(one[0]))); one[1].resize(); });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    document.dispatchEvent(new CustomEvent("kaoping:look"));
  });
  window.addEventListener("resize", function () { drawn.forEach(function (one) { one[1].resize(); }); });
  document.addEventListener("htmx:after:swap", load);
  load();
})();
