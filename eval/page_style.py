"""The style sheet of the scorecard page: one light and one dark palette, no outside fonts."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5a6675; --line: #d9dee5; --paper: #fff; --panel: #f5f7f9;
  --s0: #1f5fa8; --s1: #c2571a; --s2: #4b8b3b; --bad: #a8211f; --good: #1d6b36; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #a3afbd; --line: #39434f; --paper: #14191f;
  --panel: #1d242c;
  --s0: #6fa8e8; --s1: #ef9a62; --s2: #8cc77a; --bad: #f0908c; --good: #86cf9b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 60px; max-width: 1120px; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 10px; } p { margin: 6px 0; }
.soft { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 12px; margin: 20px 0; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; } .tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13.5px; width: 100%; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 600; } th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text { white-space: normal; min-width: 140px; overflow-wrap: anywhere; vertical-align: top; } .bad { color: var(--bad); }
.good { color: var(--good); }
.plots { display: grid; grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr); gap: 24px; align-items: start; }
@media (max-width: 800px) { .plots { grid-template-columns: minmax(0, 1fr); } }
figure { overflow-x: auto; margin: 0 0 20px; } figcaption { color: var(--soft); font-size: 13px; margin-bottom: 6px; }
svg { width: 100%; height: auto; display: block; }
svg.wide { min-width: 480px; }
svg text { fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--line); fill: none; } .s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); }
.see-through { fill-opacity: .65; } .whisker { stroke: var(--ink); stroke-width: 1.4; fill: none; }
.curve { stroke: var(--s0); stroke-width: 2; fill: none; }
.diagonal { stroke: var(--soft); stroke-dasharray: 4 4; fill: none; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 5px 0 12px; vertical-align: -1px; }
.key.s0 { background: var(--s0); } .key.s1 { background: var(--s1); } .key.s2 { background: var(--s2); }
details { margin: 10px 0; } summary { cursor: pointer; font-weight: 600; }
"""
