// The solver of mixed-integer programs: HiGHS, compiled to WebAssembly, with options that make its answers repeatable.
import highsModule from 'highs';

// The package calls itself CommonJS but is imported as a module: its types put the loader one level deeper than it is.
const highsLoader = highsModule as unknown as typeof highsModule.default;

const OPTIONS = { output_flag: false, random_seed: 0, mip_rel_gap: 1e-9, time_limit: 20 } as const;

/** Loaded once a process; a solution only where it is proved best. */
export async function loadSolver(): Promise<(program: string) => { readonly value: (variable: string) => number } | null> {
  const highs = await highsLoader();
  return (program) => {
    const solution = highs.solve(program, OPTIONS);
    if (solution.Status !== 'Optimal') return null;
    const columns = solution.Columns as Record<string, { readonly Primal?: number }>;
    return { value: (variable) => columns[variable]?.Primal ?? 0 };
  };
}
