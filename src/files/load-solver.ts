// The solver of mixed-integer programs: HiGHS, compiled to WebAssembly, with options that make its answers repeatable.
import highsModule from 'highs';

// The package calls itself CommonJS but is imported as a module: its types put the loader one level deeper than it is.
const highsLoader = highsModule as unknown as typeof highsModule.default;

/** Bounds are counted in nodes, never in seconds: a busy machine must give the same answer. */
const OPTIONS = { output_flag: false, random_seed: 0, mip_rel_gap: 1e-9, mip_max_nodes: 4000 } as const;

const CUT_OFF: ReadonlySet<string> = new Set(['Iteration limit reached', 'Time limit reached', 'Unknown']);

/** A solver of its own at each call. Where the bound ends the search, the best found until then is given and says so. */
export async function loadSolver(): Promise<
  (program: string) => { readonly value: (variable: string) => number; readonly proved: boolean } | null
> {
  const highs = await highsLoader();
  return (program) => {
    const solution = highs.solve(program, OPTIONS);
    const columns = solution.Columns as Record<string, { readonly Primal?: number }>;
    const proved = solution.Status === 'Optimal';
    // A search that was cut off may have found something; whoever asked checks what these values make.
    const found = Object.values(columns).some((column) => Number.isFinite(column.Primal));
    if (!proved && !(CUT_OFF.has(solution.Status) && found)) return null;
    return { value: (variable) => columns[variable]?.Primal ?? 0, proved };
  };
}
