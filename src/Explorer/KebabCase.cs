using System.Text.Json;

namespace Testbed.Explorer;

/// <summary>Names of enumeration members as files and reports write them: <c>use-after-free</c>.</summary>
internal static class KebabCase
{
    internal static string Of<T>(T value)
        where T : struct, Enum
        => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>The member of that name; false if there is none.</summary>
    internal static bool TryParse<T>(string text, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            if (Of(candidate) == text)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
