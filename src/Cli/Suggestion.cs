namespace Testbed.Cli;

/// <summary>Finds what somebody meant who misspelled a name.</summary>
internal static class Suggestion
{
    /// <summary>A sentence that names the nearest of the names, or nothing when none is near.</summary>
    /// <param name="given">What was typed.</param>
    /// <param name="names">The names that there are.</param>
    public static string For(string given, IEnumerable<string> names)
    {
        string? nearest = names
            .Select(name => (Name: name, Distance: Distance(given, name)))
            .Where(entry => entry.Distance <= Math.Max(2, entry.Name.Length / 3) || IsPart(given, entry.Name))
            .OrderBy(entry => entry.Distance)
            .Select(entry => entry.Name)
            .FirstOrDefault();
        return nearest is null ? "" : $"; did you mean '{nearest}'?";
    }

    private static bool IsPart(string given, string name)
        => given.Length >= 3 && name.Contains(given, StringComparison.OrdinalIgnoreCase);

    /// <summary>Insertions, deletions and substitutions that make one text of the other (Levenshtein).</summary>
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(left[i - 1]) == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
