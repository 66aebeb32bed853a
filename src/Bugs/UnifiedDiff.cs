namespace Testbed.Bugs;

/// <summary>A change to several files as <c>git diff</c> and <c>diff -u</c> write it.</summary>
/// <remarks>
/// Strict where looseness would hide that a bug no longer is what its story says: context must match exactly, and only
/// the place may differ by a few lines. Renames and binary changes are refused. Immutable.
/// </remarks>
public sealed class UnifiedDiff
{
    private readonly IReadOnlyList<FileDiff> _files;

    private UnifiedDiff(IReadOnlyList<FileDiff> files) => _files = files;

    /// <summary>The paths that the diff changes, as they stand in it without <c>a/</c> and <c>b/</c>.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Select(file => file.Path)];

    /// <summary>Reads a diff.</summary>
    /// <param name="text">The diff.</param>
    /// <exception cref="PatchException">It is not a unified diff; the message names the line.</exception>
    public static UnifiedDiff Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new UnifiedDiff(new UnifiedDiffParser(text).Files());
    }

    /// <summary>Applies the diff.</summary>
    /// <param name="sources">Text by path from the repository's root, as in <c>src/Collector/World/G.cs</c>.</param>
    /// <returns>All sources, the changed ones among them, in the order of their paths.</returns>
    /// <exception cref="PatchException">It does not apply; the message names file, hunk and line.</exception>
    public IReadOnlyDictionary<string, string> Apply(IReadOnlyDictionary<string, string> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string text) in sources)
        {
            result.Add(path, text.ReplaceLineEndings("\n"));
        }

        foreach (FileDiff file in _files)
        {
            ApplyFile(file, result);
        }

        return result;
    }

    private static void ApplyFile(FileDiff file, SortedDictionary<string, string> sources)
    {
        string before = "";
        if (file.OldPath is null)
        {
            if (sources.ContainsKey(file.Path))
            {
                throw new PatchException($"{file.Path}: the diff creates this file, but it is there already");
            }
        }
        else if (!sources.TryGetValue(file.OldPath, out before!))
        {
            throw new PatchException(
                $"{file.OldPath}: there is no such file among the sources that a patch can change "
                + "(those of src/Collector; paths start at the repository's root)");
        }

        string after = file.Apply(before);
        if (file.NewPath is null)
        {
            sources.Remove(file.Path);
        }
        else
        {
            sources[file.Path] = after;
        }
    }
}
