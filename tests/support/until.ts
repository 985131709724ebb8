/** Waits for a fact: asks again and again until the answer is something (not null, undefined, false or 0); fails after the limit and says what it waited for. */
export async function until<Fact>(
  what: string,
  ask: () => Fact | Promise<Fact>,
  limit = 15_000,
): Promise<Exclude<NonNullable<Fact>, false | 0>> {
  const end = Date.now() + limit;
  let trouble: unknown;
  for (;;) {
    try {
      const fact = await ask();
      trouble = null;
      if (fact !== null && fact !== undefined && fact !== false && fact !== 0)
        return fact as Exclude<NonNullable<Fact>, false | 0>;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`, { cause: trouble });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
