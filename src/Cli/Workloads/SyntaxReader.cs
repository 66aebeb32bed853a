namespace Testbed.Cli.Workloads;

/// <summary>What a <see cref="SyntaxReader"/> has come to.</summary>
internal enum SyntaxEvent
{
    /// <summary>A node with children starts.</summary>
    Start,

    /// <summary>A node without children.</summary>
    Token,

    /// <summary>The newest node that has started and not ended ends.</summary>
    End,
}

/// <summary>
/// Parses a source text into a tree of statements and brackets, and tells it as a sequence of events, so that whoever
/// reads builds the tree where it likes.
/// </summary>
/// <remarks>
/// Any text has a tree: a bracket that nothing opened is a symbol, one that nothing closes ends with what is around it.
/// </remarks>
/// <param name="text">The text.</param>
internal sealed class SyntaxReader(string text)
{
    /// <summary>Brackets deeper than this are symbols: readers recurse, and a thread's stack has an end.</summary>
    private const int DepthMax = 256;

    private readonly Tokenizer _tokenizer = new(text);
    private readonly Stack<SyntaxKind> _open = new();
    private readonly Queue<(SyntaxEvent Event, SyntaxKind Kind)> _ahead = new();
    private int _bracketDepth;
    private bool _started;

    /// <summary>What the reader has come to.</summary>
    public SyntaxEvent Event { get; private set; }

    /// <summary>What the node is.</summary>
    public SyntaxKind Kind { get; private set; }

    /// <summary>The newest token: the one that the event is, or that made a node start or end.</summary>
    public Token Token { get; private set; }

    /// <summary>Goes on to the next event.</summary>
    /// <returns>False after the end of the file's node.</returns>
    public bool Read()
    {
        if (_ahead.Count == 0 && !Advance())
        {
            return false;
        }

        (Event, Kind) = _ahead.Dequeue();
        return true;
    }

    /// <summary>Queues the events of the next token, or those of the end of the text.</summary>
    private bool Advance()
    {
        if (!_started)
        {
            _started = true;
            Start(SyntaxKind.File);
            return true;
        }

        if (_open.Count == 0)
        {
            return false;
        }

        if (_tokenizer.Next() is not { } token)
        {
            Token = new Token(SyntaxKind.Symbol, text.Length, 0);
            while (_open.Count > 0)
            {
                End();
            }

            return true;
        }

        Token = token;
        Take(token);
        return true;
    }

    private void Take(Token token)
    {
        char symbol = token.Kind == SyntaxKind.Symbol ? text[token.Start] : '\0';
        if (ClosedBy(symbol) is { } closed)
        {
            if (_open.Contains(closed))
            {
                EndBracket(closed);
                return;
            }
        }

        if (_open.Peek() is SyntaxKind.File or SyntaxKind.Block)
        {
            Start(SyntaxKind.Statement);
        }

        if (OpenedBy(symbol) is { } opened && _bracketDepth < DepthMax)
        {
            _bracketDepth++;
            Start(opened);
            return;
        }

        _ahead.Enqueue((SyntaxEvent.Token, token.Kind));
        if (symbol == ';' && _open.Peek() == SyntaxKind.Statement)
        {
            End();
        }
    }

    private static SyntaxKind? OpenedBy(char symbol) => symbol switch
    {
        '(' => SyntaxKind.Parentheses,
        '[' => SyntaxKind.Brackets,
        '{' => SyntaxKind.Block,
        _ => null,
    };

    private static SyntaxKind? ClosedBy(char symbol) => symbol switch
    {
        ')' => SyntaxKind.Parentheses,
        ']' => SyntaxKind.Brackets,
        '}' => SyntaxKind.Block,
        _ => null,
    };

    private void Start(SyntaxKind kind)
    {
        _open.Push(kind);
        _ahead.Enqueue((SyntaxEvent.Start, kind));
    }

    private SyntaxKind End()
    {
        SyntaxKind kind = _open.Pop();
        _bracketDepth -= OfBrackets(kind) ? 1 : 0;
        _ahead.Enqueue((SyntaxEvent.End, kind));
        return kind;
    }

    /// <summary>Ends the newest bracket of a kind, what is open in it, and the statement that a block ends.</summary>
    private void EndBracket(SyntaxKind kind)
    {
        while (End() != kind)
        {
        }

        if (kind == SyntaxKind.Block && _open.Peek() == SyntaxKind.Statement)
        {
            End();
        }
    }

    private static bool OfBrackets(SyntaxKind kind)
        => kind is SyntaxKind.Parentheses or SyntaxKind.Brackets or SyntaxKind.Block;
}
