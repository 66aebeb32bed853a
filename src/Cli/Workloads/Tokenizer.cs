namespace Testbed.Cli.Workloads;

/// <summary>
/// Parts a source text in the manner of C into tokens. Any text has tokens: what is not closed ends with its line or
/// with the text.
/// </summary>
/// <param name="text">The text.</param>
internal sealed class Tokenizer(string text)
{
    private const string RawQuote = "\"\"\"";

    private int _position;

    /// <summary>The next token, or null at the end.</summary>
    public Token? Next()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        if (_position == text.Length)
        {
            return null;
        }

        int start = _position;
        (SyntaxKind kind, int end) = Scan(start);
        _position = end;
        return new Token(kind, start, end - start);
    }

    private (SyntaxKind Kind, int End) Scan(int start)
    {
        char first = text[start];
        if (char.IsLetter(first) || first == '_')
        {
            return (SyntaxKind.Word, EndOfWord(start));
        }

        if (char.IsAsciiDigit(first))
        {
            return (SyntaxKind.Number, EndOfNumber(start));
        }

        if (StartsWith(start, "//"))
        {
            return (SyntaxKind.Comment, EndOfLine(start));
        }

        if (StartsWith(start, "/*"))
        {
            return (SyntaxKind.Comment, EndAfter("*/", start + 2));
        }

        return first switch
        {
            '#' => (SyntaxKind.Directive, EndOfLine(start)),
            '\'' => (SyntaxKind.Literal, EndOfQuoted(start)),
            '"' when StartsWith(start, RawQuote) => (SyntaxKind.Literal, EndOfRaw(start)),
            '"' => (SyntaxKind.Literal, EndOfQuoted(start)),
            '@' when StartsWith(start, "@\"") => (SyntaxKind.Literal, EndOfVerbatim(start + 2)),
            _ => (SyntaxKind.Symbol, start + 1),
        };
    }

    private bool StartsWith(int start, string what) => string.CompareOrdinal(text, start, what, 0, what.Length) == 0;

    private int EndOfWord(int start)
    {
        int end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end;
    }

    /// <summary>A point is of a number only if a digit follows: <c>1.5</c>, not <c>1..5</c> or <c>1.Max</c>.</summary>
    private int EndOfNumber(int start)
    {
        int end = EndOfWord(start);
        while (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            end = EndOfWord(end + 1);
        }

        return end;
    }

    private int EndOfLine(int start)
    {
        int end = text.AsSpan(start).IndexOfAny('\r', '\n');
        return end < 0 ? text.Length : start + end;
    }

    private int EndAfter(string what, int start)
    {
        int end = start > text.Length ? -1 : text.IndexOf(what, start, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + what.Length;
    }

    /// <summary>The end of a literal in which a backslash escapes and which does not go beyond its line.</summary>
    private int EndOfQuoted(int start)
    {
        char quote = text[start];
        for (int i = start + 1; i < text.Length && text[i] is not ('\r' or '\n'); i++)
        {
            if (text[i] == quote)
            {
                return i + 1;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return EndOfLine(start);
    }

    /// <summary>The end of a literal that as many quotes end as began it.</summary>
    private int EndOfRaw(int start)
    {
        int content = start;
        while (content < text.Length && text[content] == '"')
        {
            content++;
        }

        return EndAfter(text[start..content], content);
    }

    /// <summary>The end of a literal in which a doubled quote stands for one.</summary>
    private int EndOfVerbatim(int start)
    {
        int end = EndAfter("\"", start);
        while (end < text.Length && text[end] == '"')
        {
            end = EndAfter("\"", end + 1);
        }

        return end;
    }
}
