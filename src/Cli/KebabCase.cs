using System.Text.Json;

namespace Testbed.Cli;

/// <summary>The names of enumeration members as traces, JSON and bug descriptions write them.</summary>
internal static class KebabCase
{
    /// <summary>The name in lower case, its words parted by hyphens: <c>use-after-free</c>.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="value">The member.</param>
    public static string From<T>(T value)
        where T : struct, Enum
        => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
