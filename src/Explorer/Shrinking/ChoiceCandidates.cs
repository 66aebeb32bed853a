namespace Testbed.Explorer;

/// <summary>
/// Smaller sequences of choices, the boldest first. The engine knows nothing of what they mean: a program that draws
/// its input by choices, the simplest by 0, gets a simpler input from a shorter sequence of lower numbers, as in
/// Hypothesis (D. MacIver, A. Donaldson: Test-Case Reduction via Test-Case Generation, ECOOP 2020).
/// </summary>
internal static class ChoiceCandidates
{
    /// <summary>Blocks of up to so many choices are left out at any place: what they mean may lie anywhere.</summary>
    private const int LongestLooseBlock = 8;

    /// <summary>Sequences that are a step smaller than another.</summary>
    /// <param name="current">Answers with that other, which becomes smaller whenever a candidate is accepted.</param>
    internal static IEnumerable<uint[]> Of(Func<IReadOnlyList<uint>> current)
        => Shorter(current).Concat(WithZeros(current)).Concat(Lower(current));

    /// <summary>Without blocks, those at the end first: what comes late depends on what came early.</summary>
    private static IEnumerable<uint[]> Shorter(Func<IReadOnlyList<uint>> current)
    {
        for (int length = current().Count; length > 0; length = NextLength(length))
        {
            int stride = length > LongestLooseBlock ? Math.Max(1, length / 2) : 1;
            for (int start = current().Count - length; start >= 0; start -= stride)
            {
                IReadOnlyList<uint> choices = current();
                if (start + length <= choices.Count)
                {
                    yield return [.. choices.Take(start), .. choices.Skip(start + length)];
                }
            }
        }
    }

    private static int NextLength(int length)
        => length > LongestLooseBlock ? Math.Max(LongestLooseBlock, length / 2) : length - 1;

    private static IEnumerable<uint[]> WithZeros(Func<IReadOnlyList<uint>> current)
    {
        for (int length = current().Count; length > 0; length /= 2)
        {
            for (int start = 0; start < current().Count; start += length)
            {
                IReadOnlyList<uint> choices = current();
                if (choices.Skip(start).Take(length).Any(choice => choice != 0))
                {
                    yield return [.. choices.Select((choice, i) => i >= start && i < start + length ? 0 : choice)];
                }
            }
        }
    }

    private static IEnumerable<uint[]> Lower(Func<IReadOnlyList<uint>> current)
    {
        for (int i = 0; i < current().Count; i++)
        {
            // Each lower value by itself, since a lower one need not do what a yet lower one does not.
            for (uint step = current()[i] / 2; step > 0 && i < current().Count; step /= 2)
            {
                uint[] candidate = [.. current()];
                if (candidate[i] > step)
                {
                    candidate[i] -= step;
                    yield return candidate;
                }
            }
        }
    }
}
