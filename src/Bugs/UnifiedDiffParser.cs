using System.Globalization;
using System.Text.RegularExpressions;

namespace Testbed.Bugs;

/// <summary>Reads the text of a unified diff from top to bottom.</summary>
internal sealed partial class UnifiedDiffParser(string text)
{
    private const string NoFile = "/dev/null";

    private readonly string[] _lines = text.ReplaceLineEndings("\n").Split('\n');
    private int _next;

    /// <summary>All files of the diff, in their order.</summary>
    /// <exception cref="PatchException">It is not a unified diff.</exception>
    public IReadOnlyList<FileDiff> Files()
    {
        var files = new List<FileDiff>();
        while (_next < _lines.Length)
        {
            string line = _lines[_next];
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                files.Add(File());
            }
            else if (line.StartsWith("@@ ", StringComparison.Ordinal))
            {
                throw Malformed("a hunk without the '---' and '+++' lines of its file");
            }
            else if (line.StartsWith("rename ", StringComparison.Ordinal)
                || line.StartsWith("copy ", StringComparison.Ordinal)
                || line.StartsWith("GIT binary patch", StringComparison.Ordinal)
                || line.StartsWith("Binary files ", StringComparison.Ordinal))
            {
                throw Malformed("renames, copies and binary changes are not supported");
            }
            else
            {
                // The lines between files (diff --git, index, mode, prose) carry nothing that applying needs.
                _next++;
            }
        }

        if (files.Count == 0)
        {
            throw new PatchException("the patch changes no file: it has no '---' line");
        }

        string? twice = files.GroupBy(file => file.Path).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? files : throw new PatchException($"{twice}: the patch has this file twice");
    }

    [GeneratedRegex(@"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")]
    private static partial Regex HunkHeader();

    private FileDiff File()
    {
        string? oldPath = Path("--- ", "a/");
        string? newPath = Path("+++ ", "b/");
        if (oldPath is null && newPath is null)
        {
            throw Malformed("both sides of the file are /dev/null");
        }

        if (oldPath is not null && newPath is not null && oldPath != newPath)
        {
            throw Malformed($"'{oldPath}' becomes '{newPath}', but renames are not supported");
        }

        var hunks = new List<DiffHunk>();
        while (_next < _lines.Length && _lines[_next].StartsWith("@@ ", StringComparison.Ordinal))
        {
            hunks.Add(Hunk());
        }

        return hunks.Count > 0 ? new FileDiff(oldPath, newPath, hunks) : throw Malformed("the file has no hunk");
    }

    private string? Path(string mark, string prefix)
    {
        if (_next == _lines.Length || !_lines[_next].StartsWith(mark, StringComparison.Ordinal))
        {
            throw Malformed($"expected a line that starts with '{mark.TrimEnd()}'");
        }

        // A tab parts the path from the time that diff -u writes.
        string path = _lines[_next++][mark.Length..].Split('\t')[0].TrimEnd();
        if (path == NoFile)
        {
            return null;
        }

        return path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path;
    }

    private DiffHunk Hunk()
    {
        Match header = HunkHeader().Match(_lines[_next]);
        if (!header.Success)
        {
            throw Malformed("not a hunk header of the form '@@ -12,3 +12,4 @@'");
        }

        int oldStart = Number(header.Groups[1], 0);
        int oldLeft = Number(header.Groups[2], 1);
        int newLeft = Number(header.Groups[4], 1);

        // Lines count from 1; a hunk that only adds names the line before it.
        int start = oldLeft == 0 ? oldStart : oldStart - 1;
        _next++;
        var lines = new List<DiffLine>();
        while (oldLeft > 0 || newLeft > 0)
        {
            DiffLine line = Line(oldLeft + newLeft);
            lines.Add(line);
            oldLeft -= line.Kind == DiffLineKind.Added ? 0 : 1;
            newLeft -= line.Kind == DiffLineKind.Removed ? 0 : 1;
            SkipNoNewline();
        }

        return oldLeft == 0 && newLeft == 0
            ? new DiffHunk(start, lines)
            : throw Malformed("the hunk above has more lines than its header says");
    }

    private DiffLine Line(int missing)
    {
        if (_next == _lines.Length || (_next == _lines.Length - 1 && _lines[_next].Length == 0))
        {
            throw Malformed($"the patch ends inside a hunk: its header promises up to {missing} more lines");
        }

        string line = _lines[_next++];
        return line switch
        {
            // Editors and mail strip the blank of an empty context line.
            "" => new DiffLine(DiffLineKind.Context, ""),
            [' ', ..] => new DiffLine(DiffLineKind.Context, line[1..]),
            ['-', ..] => new DiffLine(DiffLineKind.Removed, line[1..]),
            ['+', ..] => new DiffLine(DiffLineKind.Added, line[1..]),
            _ => throw Malformed("expected a line that starts with ' ', '-' or '+'", _next),
        };
    }

    /// <summary>Whether the last line is ended makes no difference to C#.</summary>
    private void SkipNoNewline()
    {
        if (_next < _lines.Length && _lines[_next].StartsWith('\\'))
        {
            _next++;
        }
    }

    private static int Number(Group group, int otherwise)
        => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    private PatchException Malformed(string what) => Malformed(what, _next + 1);

    private static PatchException Malformed(string what, int line) => new($"line {line} of the patch: {what}");
}
