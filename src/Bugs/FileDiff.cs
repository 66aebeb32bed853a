namespace Testbed.Bugs;

/// <summary>What a unified diff does to one file.</summary>
/// <param name="OldPath">The file's path before, or null when the diff creates it.</param>
/// <param name="NewPath">The file's path after, or null when the diff deletes it.</param>
/// <param name="Hunks">The changes, from top to bottom.</param>
internal sealed record FileDiff(string? OldPath, string? NewPath, IReadOnlyList<DiffHunk> Hunks)
{
    /// <summary>The path to name in messages.</summary>
    public string Path => OldPath ?? NewPath!;

    /// <summary>The text after the changes.</summary>
    /// <param name="text">The text before, its lines ended by line feeds.</param>
    /// <exception cref="PatchException">A hunk does not apply.</exception>
    public string Apply(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int moved = 0;
        int first = 0;
        for (int i = 0; i < Hunks.Count; i++)
        {
            DiffHunk hunk = Hunks[i];
            int start;
            try
            {
                start = hunk.Locate(lines, hunk.OldStart + moved, first);
            }
            catch (PatchException mismatch)
            {
                throw new PatchException(
                    $"{Path}: hunk {i + 1} of {Hunks.Count} does not apply: {mismatch.Message}", mismatch);
            }

            lines.RemoveRange(start, hunk.Before.Count);
            lines.InsertRange(start, hunk.After);
            first = start + hunk.After.Count;
            moved = start - hunk.OldStart + hunk.After.Count - hunk.Before.Count;
        }

        return string.Join('\n', lines);
    }
}
