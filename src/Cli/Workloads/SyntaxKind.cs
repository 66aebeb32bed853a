namespace Testbed.Cli.Workloads;

/// <summary>What a node of a syntax tree is.</summary>
internal enum SyntaxKind
{
    /// <summary>All of a text.</summary>
    File,

    /// <summary>What ends with a semicolon or a block.</summary>
    Statement,

    /// <summary>Round brackets and what is between them.</summary>
    Parentheses,

    /// <summary>Square brackets and what is between them.</summary>
    Brackets,

    /// <summary>Curly brackets and the statements between them.</summary>
    Block,

    /// <summary>A word.</summary>
    Word,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text or a character in quotes.</summary>
    Literal,

    /// <summary>A comment.</summary>
    Comment,

    /// <summary>A line for the preprocessor.</summary>
    Directive,

    /// <summary>Any other character.</summary>
    Symbol,
}
