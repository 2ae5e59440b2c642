// Colours of the page: light, and dark where the system or the reader asks for it.
// Providers take hues of Okabe and Ito's palette, which colour-blind eyes tell apart; parts of a bill take Tol's.

const LIGHT = `
  --ground: #f7f6f3; --surface: #ffffff; --ink: #1b1d21; --muted: #5c636b; --line: #dedbd4; --soft: #efede8;
  --accent: #0b5a8a; --good: #0a6b4e; --bad: #a8341a;
  --c-onprem: #0072b2; --c-aws: #c35a00; --c-azure: #00805f; --c-hosted: #b0558b;
  --p-hardware: #332288; --p-capital: #6699cc; --p-support: #44aa99; --p-energy: #ddcc77; --p-space: #117733;
  --p-staff: #cc6677; --p-compute: #882255; --p-network: #aa4499; --p-storage: #999933; --p-watching: #88ccee; --p-other: #bbbbbb;
  --q-hardware: #ffffff; --q-capital: #14161a; --q-support: #14161a; --q-energy: #14161a; --q-space: #ffffff;
  --q-staff: #14161a; --q-compute: #ffffff; --q-network: #ffffff; --q-storage: #14161a; --q-watching: #14161a; --q-other: #14161a;
  --m-weights: #332288; --m-cache: #44aa99; --m-reserve: #ddcc77; --m-free: #e6e3dc;
  --n-weights: #ffffff; --n-cache: #14161a; --n-reserve: #14161a; --n-free: #14161a;
  --e-boards: #0072b2; --e-rest: #88ccee; --e-facility: #ddcc77; --e-carbon: #6b6f76;
  --f-boards: #ffffff; --f-rest: #14161a; --f-facility: #14161a; --f-carbon: #ffffff;`;

const DARK = `
  --ground: #14161a; --surface: #1c1f25; --ink: #eceae6; --muted: #a5abb3; --line: #363b43; --soft: #262a31;
  --accent: #7cc0ec; --good: #5fd0a8; --bad: #ff9478;
  --c-onprem: #56b4e9; --c-aws: #f0a030; --c-azure: #2fc79c; --c-hosted: #e09bc4;
  --p-hardware: #8f86d8; --p-capital: #6ea6dc; --p-support: #44aa99; --p-energy: #ddcc77; --p-space: #3f9a58;
  --p-staff: #d97c8b; --p-compute: #c0588c; --p-network: #c07ab8; --p-storage: #a8a84a; --p-watching: #88ccee; --p-other: #8b8f96;
  --q-hardware: #14161a; --q-capital: #14161a; --q-support: #14161a; --q-energy: #14161a; --q-space: #14161a; --q-staff: #14161a;
  --q-compute: #14161a; --q-network: #14161a; --q-storage: #14161a; --q-watching: #14161a; --q-other: #14161a;
  --m-weights: #8f86d8; --m-cache: #44aa99; --m-reserve: #ddcc77; --m-free: #3a4049;
  --n-weights: #14161a; --n-cache: #14161a; --n-reserve: #14161a; --n-free: #eceae6;
  --e-boards: #56b4e9; --e-rest: #3f7f9f; --e-facility: #ddcc77; --e-carbon: #9aa0a8;
  --f-boards: #14161a; --f-rest: #ffffff; --f-facility: #14161a; --f-carbon: #14161a;`;

export const THEME_STYLE = `
:root {${LIGHT}
  color-scheme: light;
}
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {${DARK}
    color-scheme: dark;
  }
}
@media screen {
  :root[data-theme="dark"] {${DARK}
    color-scheme: dark;
  }
}
`;

/** For a chart that stands alone: both themes, as its reader's system asks. */
export const CHART_THEME = `:root {${LIGHT}} @media (prefers-color-scheme: dark) { :root {${DARK}} }`;
