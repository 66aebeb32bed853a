using System.Security.Cryptography;
using System.Text;
using Testbed.Collector;
using Testbed.Explorer;
using Testbed.Models;
using Testbed.Sync;

namespace Testbed.Cli;

/// <summary>Names the build whose schedules a trace records: the same choices mean something else in another.</summary>
internal static class Fingerprint
{
    private const int DigitsShown = 16;

    private static readonly Type[] s_oneOfEachAssembly =
        [typeof(ISync), typeof(CorruptionException), typeof(Scenario), typeof(Exploration)];

    /// <summary>The fingerprint of this build with a patch applied.</summary>
    /// <param name="patch">The patch's text, or an empty string.</param>
    public static string Compute(string patch)
    {
        // The compiler is deterministic, so that a module's version id changes exactly when its code does.
        IEnumerable<string> parts = s_oneOfEachAssembly
            .Select(type => type.Module.ModuleVersionId.ToString())
            .Append(patch.ReplaceLineEndings("\n"));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
        return Convert.ToHexStringLower(hash)[..DigitsShown];
    }
}
