// The page's style, in the order the cascade needs. Its text goes into the policy's digest.
import { BASE_STYLE } from './style/base.ts';
import { CHART_STYLE } from './style/charts.ts';
import { EXPLANATION_STYLE } from './style/explanation.ts';
import { PRINT_STYLE } from './style/print.ts';
import { TABLE_STYLE } from './style/tables.ts';
import { THEME_STYLE } from './style/theme.ts';
import { WHAT_IF_STYLE } from './style/what-if.ts';

export const STYLE = [THEME_STYLE, BASE_STYLE, TABLE_STYLE, CHART_STYLE, EXPLANATION_STYLE, WHAT_IF_STYLE, PRINT_STYLE].join(
  '\n',
);
