namespace Testbed.Explorer;

/// <summary>What reports call operations.</summary>
internal static class OperationText
{
    private static readonly string[] s_names =
        [.. Enum.GetValues<OperationKind>().Select(kind => KebabCase.Of(kind))];

    internal static string Of(OperationKind kind) => s_names[(int)kind];
}
