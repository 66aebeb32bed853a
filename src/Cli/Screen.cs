using Spectre.Console;

namespace Testbed.Cli;

/// <summary>Text that is laid out for a terminal, or for a file when there is none.</summary>
internal static class Screen
{
    /// <summary>Columns of a screen that nobody watches: wide enough that nothing is cut off.</summary>
    private const int FileWidth = 200;

    /// <summary>The console over a writer.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="isTerminal">Whether a person watches it.</param>
    public static IAnsiConsole For(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!isTerminal)
        {
            console.Profile.Width = FileWidth;
        }

        return console;
    }

    /// <summary>An indented table without lines.</summary>
    /// <param name="count">Its number of columns.</param>
    public static Grid Columns(int count)
    {
        var grid = new Grid();
        for (int i = 0; i < count; i++)
        {
            // All but the last keep to one line.
            grid.AddColumn(new GridColumn { NoWrap = i < count - 1, Padding = new Padding(i == 0 ? 2 : 0, 0, 2, 0) });
        }

        return grid;
    }
}
