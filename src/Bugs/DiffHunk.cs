namespace Testbed.Bugs;

/// <summary>A run of lines that stand together in the old version and what they become.</summary>
internal sealed class DiffHunk
{
    /// <summary>How far from the place that its header names a hunk may apply, in lines.</summary>
    public const int MaxOffset = 100;

    private readonly string[] _before;

    /// <summary>Creates a hunk.</summary>
    /// <param name="oldStart">Index (from 0) of its first line in the old version.</param>
    /// <param name="lines">Its lines.</param>
    public DiffHunk(int oldStart, IReadOnlyList<DiffLine> lines)
    {
        OldStart = oldStart;
        _before = [.. lines.Where(line => line.Kind != DiffLineKind.Added).Select(line => line.Text)];
        After = [.. lines.Where(line => line.Kind != DiffLineKind.Removed).Select(line => line.Text)];
    }

    /// <summary>Index (from 0) of its first line in the old version.</summary>
    public int OldStart { get; }

    /// <summary>The lines of the old version that it replaces.</summary>
    public IReadOnlyList<string> Before => _before;

    /// <summary>The lines that stand there in the new version.</summary>
    public IReadOnlyList<string> After { get; }

    /// <summary>
    /// Where the hunk applies: at <paramref name="expected"/>, or else at the one other place at most
    /// <see cref="MaxOffset"/> lines away whose lines are its own.
    /// </summary>
    /// <param name="lines">The file's lines.</param>
    /// <param name="expected">Index at which it should apply: its own, moved by what earlier hunks added.</param>
    /// <param name="first">First index that no earlier hunk has touched.</param>
    /// <exception cref="PatchException">No place fits, or several fit.</exception>
    public int Locate(IReadOnlyList<string> lines, int expected, int first)
    {
        if (expected >= first && Fits(lines, expected))
        {
            return expected;
        }

        int from = Math.Max(first, expected - MaxOffset);
        int to = Math.Min(lines.Count - _before.Length, expected + MaxOffset);
        int found = -1;
        for (int start = from; start <= to; start++)
        {
            if (!Fits(lines, start))
            {
                continue;
            }

            if (found >= 0)
            {
                throw new PatchException(
                    $"its lines are not at line {expected + 1}, and both at line {found + 1} and at line {start + 1}");
            }

            found = start;
        }

        return found >= 0 ? found : throw new PatchException(DescribeMismatch(lines, expected));
    }

    private bool Fits(IReadOnlyList<string> lines, int start)
    {
        if (start < 0 || start + _before.Length > lines.Count)
        {
            return false;
        }

        for (int i = 0; i < _before.Length; i++)
        {
            if (lines[start + i] != _before[i])
            {
                return false;
            }
        }

        return true;
    }

    private string DescribeMismatch(IReadOnlyList<string> lines, int start)
    {
        for (int i = 0; i < _before.Length; i++)
        {
            int index = start + i;
            if (index < 0 || index >= lines.Count)
            {
                return $"line {index + 1} should be '{_before[i].Trim()}', but the file has {lines.Count} lines";
            }

            if (lines[index] != _before[i])
            {
                return $"line {index + 1} should be '{_before[i].Trim()}', but is '{lines[index].Trim()}'";
            }
        }

        return $"it overlaps the hunk before it at line {start + 1}";
    }
}
