"""The design system: one accent, one typographic scale, and the classes that screens use.

Every pair of text and background here has a contrast of at least 4.5 : 1 (WCAG 2.2 AA).
Machine words are set in a monospaced face, people's words in a serif, everywhere.
"""

from __future__ import annotations

import base64
from typing import Any, Final, Literal

Tone = Literal["neutral", "accent", "good", "caution", "stop"]
"""The meaning of each colour of a chip or a note."""

OPTIONS: Final[dict[str, Any]] = {
    "theme.base": "light",
    "theme.primaryColor": "#14506B",
    "theme.backgroundColor": "#FBFAF7",
    "theme.secondaryBackgroundColor": "#F2EFE8",
    "theme.textColor": "#1B2430",
    "theme.linkColor": "#14506B",
    "theme.borderColor": "#DAD5CA",
    "theme.showWidgetBorder": True,
    "theme.baseRadius": "6px",
    "theme.buttonRadius": "6px",
    "theme.font": "sans-serif",
    "theme.headingFont": "serif",
    "theme.codeFont": "monospace",
    "theme.codeFontSize": "0.82rem",
    "theme.baseFontSize": 16,
    "theme.headingFontSizes": ["1.9rem", "1.35rem", "1.1rem", "1rem", "0.95rem", "0.9rem"],
    "theme.headingFontWeights": [600, 600, 600, 600, 600, 600],
    "theme.greenTextColor": "#1C6040",
    "theme.orangeTextColor": "#7A4B00",
    "theme.redTextColor": "#9A2226",
    "theme.grayTextColor": "#56606E",
    "theme.sidebar.backgroundColor": "#F2EFE8",
    "theme.sidebar.secondaryBackgroundColor": "#E7E2D7",
    "theme.sidebar.borderColor": "#DAD5CA",
}
"""Streamlit's own colours and faces. Set in code: an installed package has no file of settings."""

BRAND = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="26" height="22" viewBox="0 0 26 22" '
    'fill="none" stroke="#14506B" stroke-width="1.7">'
    '<rect x="1.5" y="2.5" width="23" height="17" rx="2.5"/>'
    '<path d="M6.5 14.5v-7l6 7v-7M16 8h4.5M16 11h4.5M16 14h3" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
"""The product's mark: a plate with a letter and three lines."""


def brand_address() -> str:
    """The mark as an address that a style sheet can use."""
    return "data:image/svg+xml;base64," + base64.b64encode(BRAND.encode()).decode("ascii")


_STYLE = """
<style>
:root {
  --np-ink:#1B2430; --np-muted:#56606E; --np-accent:#14506B; --np-accent-pale:#E6EEF2;
  --np-paper:#FBFAF7; --np-card:#FFFFFF; --np-rule:#DAD5CA; --np-rule-soft:#EAE6DD;
  --np-good:#1C6040; --np-good-pale:#E5F1EA; --np-caution:#7A4B00; --np-caution-pale:#FBF0DA;
  --np-stop:#9A2226; --np-stop-pale:#FAE8E6; --np-mono:"Source Code Pro",ui-monospace,monospace;
  --np-serif:"Source Serif","Source Serif 4",Georgia,serif;
}
[data-testid="stMainBlockContainer"] {max-width:1320px; padding:1.5rem clamp(1.2rem,3vw,4rem) 4rem;}
[data-testid="stHeader"] {background:transparent;}
[data-testid="stSidebarHeader"]::before {content:"Nameplate"; font-family:var(--np-serif);
  font-weight:600; font-size:1.3rem; letter-spacing:-.01em; color:var(--np-ink); flex:1;
  padding-left:2.1rem; background:url("BRAND") no-repeat 0 50% / 26px 22px;}
[data-testid="stSidebarHeader"] {margin-bottom:0;}
[data-testid="stTextInputRootElement"], [data-testid="stTextAreaRootElement"],
[data-testid="stNumberInputContainer"], [data-testid="stTextInputRootElement"] input,
[data-testid="stTextAreaRootElement"] textarea, [data-testid="stNumberInputContainer"] input,
.react-aria-ComboBox > [role="group"], [data-testid="stMultiSelect"] [role="group"],
[data-testid="stDateInputField"]
  {background:#fff;}
[data-testid="stSidebarUserContent"] {padding-top:.4rem; padding-bottom:1.5rem;}
[data-testid="stSidebarNav"] {padding-top:.2rem;}
[data-testid="stNavSectionHeader"] {letter-spacing:.01em;}
a:focus-visible, a[data-testid="stSidebarNavLink"]:focus-visible, button:focus-visible,
[role="button"]:focus-visible, input:focus-visible,
[tabindex]:focus-visible {outline:3px solid #2C7A9B; outline-offset:2px;}
.np-brand {font-family:var(--np-serif); font-weight:600; font-size:1.35rem; color:var(--np-ink);
  letter-spacing:-.01em; line-height:1.1; display:flex; gap:.55rem; align-items:center;}
.np-brand img {flex:none; width:26px; height:22px;}
.np-brand-sub {font-size:.82rem; color:var(--np-muted); margin-top:.25rem; line-height:1.35;}
.np-head h1 {font-family:var(--np-serif); font-weight:600; font-size:1.9rem; line-height:1.15;
  letter-spacing:-.012em; margin:0; padding:0; color:var(--np-ink); overflow-wrap:anywhere;}
.np-head .np-eyebrow {font-size:.8rem; color:var(--np-muted); margin-bottom:.3rem;
  font-weight:600; overflow-wrap:anywhere;}
.np-head .np-lede {font-size:1.04rem; color:var(--np-muted); max-width:68ch; margin-top:.5rem;
  line-height:1.5;}
.np-section {margin-top:.6rem;}
.np-section h2 {font-family:var(--np-serif); font-weight:600; font-size:1.22rem; margin:0;
  padding:0;
  line-height:1.25; color:var(--np-ink);}
.np-section p {color:var(--np-muted); margin:.2rem 0 0; font-size:.95rem; max-width:72ch;}
.np-banners {display:flex; gap:.5rem; flex-wrap:wrap;}
.np-banner {flex:1 1 auto; display:flex; gap:.8rem; align-items:baseline; padding:.5rem .9rem;
  border-radius:6px;  font-size:.86rem; line-height:1.4;}
.np-banner b {letter-spacing:.06em; white-space:nowrap;}
.np-banner-synthetic {color:#5C3800; border:1px solid #E3C07A;
  background:repeating-linear-gradient(135deg,#FCF1D8 0 12px,#F9E9C6 12px 24px);}
.np-banner-solo {color:var(--np-ink); background:#ECEFF3; border:1px solid #C9D0D8;}
.np-card {background:var(--np-card); border:1px solid var(--np-rule); border-radius:8px;
  padding:1rem 1.15rem;}
.np-chip {display:inline-block; font-size:.8rem; font-weight:600; line-height:1.35;
  padding:.08rem .5rem;
  border-radius:.75rem; border:1px solid transparent; width:max-content;
  max-width:100%; overflow-wrap:anywhere;}
.np-chip-neutral {color:#3C4653; background:#EEECE6; border-color:#DDD9CF;}
.np-chip-accent {color:var(--np-accent); background:var(--np-accent-pale); border-color:#C5D8E1;}
.np-chip-good {color:var(--np-good); background:var(--np-good-pale); border-color:#BFDCCB;}
.np-chip-caution {color:var(--np-caution); background:var(--np-caution-pale); border-color:#EBD3A0;}
.np-chip-stop {color:var(--np-stop); background:var(--np-stop-pale); border-color:#EDC6C2;}
.np-chips {display:flex; gap:.35rem; flex-wrap:wrap; align-items:center;}
.np-note {border-left:3px solid var(--np-rule); padding:.45rem .9rem; font-size:.95rem;
  line-height:1.5;
  background:#F5F3EC; border-radius:0 6px 6px 0; overflow-wrap:anywhere;}
.np-note-good {border-color:var(--np-good); background:var(--np-good-pale);}
.np-note-caution {border-color:#B98518; background:var(--np-caution-pale);}
.np-note-stop {border-color:var(--np-stop); background:var(--np-stop-pale);}
.np-note-accent {border-color:var(--np-accent); background:var(--np-accent-pale);}
.np-note ul {margin:.25rem 0 .1rem; padding-left:1.2rem;}
.stHtml dl.np-facts, dl.np-facts {display:grid; padding-left:0;
  grid-template-columns:minmax(5.2rem,max-content) 1fr; gap:.28rem 1.1rem;
  font-size:.94rem; line-height:1.45; margin:0;}
.np-facts dt {color:var(--np-muted);}
.np-facts dd {margin:0; overflow-wrap:anywhere; color:var(--np-ink);}
.np-mono {font-family:var(--np-mono); font-size:.92em; overflow-wrap:anywhere;}
.np-mono[title] {white-space:nowrap;}
.np-machine {font-family:var(--np-mono); font-weight:500;}
.np-human {font-family:var(--np-serif); font-weight:600;}
.np-lines {white-space:pre-line;}
.np-muted {color:var(--np-muted);}
.stHtml ul.np-points, ul.np-points {margin:.2rem 0; padding-left:1.15rem; line-height:1.5;}
.np-small {font-size:.87rem;}
.np-empty {border:1px dashed #C9C3B5; border-radius:10px; padding:2.2rem 1.6rem; text-align:center;
  background:#FDFCFA; overflow-wrap:anywhere;}
.np-empty h3 {font-family:var(--np-serif); font-size:1.15rem; font-weight:600; margin:.5rem 0 .3rem;
  padding:0;}
.np-empty p {color:var(--np-muted); max-width:54ch; margin:0 auto; line-height:1.5;}
.np-steps {display:grid; grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr)); gap:.6rem;}
.np-step {background:var(--np-card); border:1px solid var(--np-rule); border-radius:8px;
  padding:.75rem .9rem;}
.np-step b {display:block; font-family:var(--np-serif); font-size:1.6rem; font-weight:600;
  line-height:1.1;
  font-variant-numeric:tabular-nums;}
.np-step span {color:var(--np-muted); font-size:.87rem;}
.np-step-now {border-color:var(--np-accent); box-shadow:inset 0 3px 0 var(--np-accent);}
.np-glyphs {display:flex; flex-wrap:wrap; gap:3px; align-items:flex-start;}
.np-glyph {min-width:2rem; text-align:center; border:1px solid var(--np-rule); border-radius:5px;
  background:#fff; overflow:hidden;}
.np-glyph b {display:block; font-family:var(--np-mono); font-size:1.35rem; font-weight:600;
  line-height:1.45; padding:0 .3rem;}
.np-glyph i {display:block; font-style:normal; font-family:var(--np-mono); font-size:.8rem;
  color:var(--np-muted); border-top:1px solid var(--np-rule-soft); padding:.05rem .25rem;
  white-space:nowrap;}
.np-glyph-gap {min-width:.9rem; border-color:transparent; background:transparent;}
.np-tile-text {min-height:4.5rem; margin-top:.3rem; overflow-wrap:anywhere;}
.np-glyph-sure {background:#fff;}
.np-glyph-doubt {background:var(--np-caution-pale); border-color:#DDB96F;}
.np-glyph-lost {background:var(--np-stop-pale); border-color:#E0AAA5;}
.np-diff {background:#F7DDA6; border-radius:3px; padding:0 1px;}
.np-table {width:100%; border-collapse:collapse; font-size:.94rem; line-height:1.4;}
.np-table th {text-align:left; font-weight:600; color:var(--np-muted); font-size:.85rem;
  border-bottom:1px solid var(--np-rule); padding:.35rem .7rem .35rem 0; vertical-align:bottom;}
.np-table td {border-bottom:1px solid var(--np-rule-soft); padding:.42rem .7rem .42rem 0;
  vertical-align:top; overflow-wrap:break-word;}
.np-table .np-chip {width:auto; overflow-wrap:break-word;}
.np-table td.np-num, .np-table th.np-num {text-align:right; font-variant-numeric:tabular-nums;}
.np-scroll {overflow-x:auto;}
.np-fall {width:100%; border-collapse:collapse; font-size:.92rem;}
.np-fall td, .np-fall th {padding:.4rem .6rem .4rem 0; vertical-align:middle;
  border-bottom:1px solid var(--np-rule-soft); text-align:left;}
.np-fall th {font-size:.85rem; color:var(--np-muted); font-weight:600;}
.np-fall .np-bar {width:26%; min-width:8rem;}
.np-fall .np-machine {white-space:nowrap; padding-right:.8rem;}
.np-fall td:nth-child(4), .np-fall th:nth-child(4) {padding-left:1rem;}
[data-testid="stHorizontalBlock"]:has(.st-key-review_look) {align-items:stretch;}
[data-testid="stLayoutWrapper"]:has(> .st-key-review_look) {position:sticky; top:1rem;}
.st-key-np_acts {position:absolute; width:0; height:0;}
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > .np-act),
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > .np-turn) {display:none;}
.np-track {position:relative; height:16px; background:#F3F0E9; border-radius:3px;}
.np-track i {position:absolute; top:0; bottom:0; border-radius:2px;}
.np-track i.np-zero {width:1px; background:#56606E; top:-3px; bottom:-3px;}
.np-lr {font-family:var(--np-serif); font-size:1.9rem; font-weight:600; line-height:1.1;
  font-variant-numeric:tabular-nums;}
.np-ruler {height:1px; background:var(--np-rule); margin:.2rem 0;}
[class*="st-key-answers-"] button {min-height:2.1rem; padding:.2rem .65rem;}
.st-key-np-actions button {white-space:nowrap;}
[class*="st-key-tile-"] [data-testid="stImage"] img {
  border-radius:6px;
  border:1px solid var(--np-rule);
  aspect-ratio:4/3; object-fit:cover; width:100%;}
[class*="st-key-card-"] {background:var(--np-card);}
@media (max-width:900px) {[data-testid="stMainBlockContainer"] {padding-top:3.4rem;}
  [data-testid="stHeader"] {background:#FBFAF7;}
  [data-testid="stLayoutWrapper"]:has(> .st-key-review_look) {top:3.9rem;}}
@media (max-width:640px) {[data-testid="stColumn"]:has(.st-key-review_look),
  [data-testid="stColumn"]:has(.st-key-review_look) > [data-testid="stVerticalBlock"],
  [data-testid="stLayoutWrapper"]:has(> .st-key-review_look),
  .st-key-review_look {display:contents;}
  .st-key-review_look > [class*="st-key-crop-"] {position:sticky; top:3.9rem; z-index:50;
    background:var(--np-paper); padding-bottom:.4rem;}}
@media (max-height:800px) {[data-testid="stSidebarNavLink"]
  {height:1.7rem; padding-top:.1rem; padding-bottom:.1rem; margin-top:0; margin-bottom:0;}}
@media (prefers-reduced-motion: reduce) {* {animation:none !important; transition:none !important;}}
</style>
"""
STYLE = _STYLE.replace("BRAND", brand_address())
"""The style sheet of every screen."""
