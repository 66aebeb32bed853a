namespace Testbed.Cli;

/// <summary>The <c>testbed</c> command.</summary>
internal static class Program
{
    private static int Main() => 2;
}
