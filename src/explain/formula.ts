// Formulas: arithmetic as it is printed, evaluated as it is printed.
// In: a text over `$0`, `$1` … and their values. Out: the number. The text of a derivation is thus the computation, not a comment on it.
import jsep, { type Expression } from 'jsep';
import { errorFunction } from 'simple-statistics';

// The signs that people read; powers bind tighter than products and from the right.
for (const [sign, precedence] of [
  ['−', 9],
  ['×', 10],
  ['÷', 10],
] as const)
  jsep.addBinaryOp(sign, precedence);
jsep.addBinaryOp('^', 11, true);
jsep.addUnaryOp('−');

const FUNCTIONS: Record<string, (...values: number[]) => number> = {
  '√': Math.sqrt,
  min: Math.min,
  max: Math.max,
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
  ln: Math.log,
  log2: Math.log2,
  exp: Math.exp,
  hypot: Math.hypot,
  Φ: (z) => (1 + errorFunction(z / Math.SQRT2)) / 2,
};

const parsed = new Map<string, Expression>();

/**
 * Value of a formula.
 * @param formula - numbers, `$0` … `$n`, + − × ÷ ^, parentheses, √ min max ceil floor round ln log2 exp hypot, and Φ of the normal distribution
 * @param values - of `$0` … `$n`, each in its own unit
 * @throws RangeError where it holds anything else
 */
export function evaluate(formula: string, values: readonly number[]): number {
  const expression = parsed.get(formula) ?? jsep(formula);
  parsed.set(formula, expression);
  return valueIn(expression, values);
}

function valueIn(part: Expression, values: readonly number[]): number {
  switch (part.type) {
    case 'Literal':
      return Number(part.value);
    case 'Identifier': {
      const value = values[Number(String(part.name).slice(1))];
      if (value === undefined) throw new RangeError(`the formula has no input ${String(part.name)}`);
      return value;
    }
    case 'UnaryExpression':
      return -valueIn(part.argument as Expression, values);
    case 'BinaryExpression':
      return combine(String(part.operator), valueIn(part.left as Expression, values), valueIn(part.right as Expression, values));
    case 'CallExpression': {
      const name = String((part.callee as Expression).name);
      const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (apply === undefined) throw new RangeError(`no function ${name} in formulas`);
      return apply(...(part.arguments as Expression[]).map((argument) => valueIn(argument, values)));
    }
    default:
      throw new RangeError(`formulas hold no ${part.type}`);
  }
}

function combine(sign: string, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '−':
      return left - right;
    case '×':
      return left * right;
    case '÷':
      return left / right;
    case '^':
      return left ** right;
    default:
      throw new RangeError(`formulas know no ${sign}`);
  }
}
