using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Testbed.Bugs;
using Testbed.Coyote;
using Testbed.Models;
using Testbed.Sync;

namespace Testbed.Systematic.Coyote;

/// <summary>
/// What an entry point of Coyote runs: a scenario over production code, unless the environment says otherwise.
/// </summary>
internal static class ChosenBody
{
    /// <summary>The name of a bug: its scenario runs over the collector with the bug's diff.</summary>
    internal const string BugVariable = "TESTBED_BUG";

    /// <summary>
    /// <c>native</c> runs the scenario over <see cref="NativeSync"/>, which Coyote controls if it was rewritten.
    /// </summary>
    internal const string SyncVariable = "TESTBED_SYNC";

    private const string NativeName = "native";

    /// <summary>
    /// The build to test; null is production. Set before the first execution, while Coyote's clock stands.
    /// </summary>
    private static PatchedBuild? s_build;

    private static bool s_isNative;

    /// <summary>Reads the environment, and compiles the bug that it names.</summary>
    /// <exception cref="InvalidOperationException">It names what there is not.</exception>
    internal static void Choose()
    {
        string bug = Environment.GetEnvironmentVariable(BugVariable) ?? "";
        string sync = Environment.GetEnvironmentVariable(SyncVariable) ?? "";
        if (sync is not (NativeName or ""))
        {
            throw new InvalidOperationException($"{SyncVariable}: '{sync}' is not '{NativeName}'");
        }

        s_isNative = sync == NativeName;
        s_build = bug.Length == 0
            ? null
            : PatchedBuild.Compile((BugCatalogue.Embedded().Find(bug)
                ?? throw new InvalidOperationException($"{BugVariable}: there is no bug '{bug}'")).Diff);
    }

    /// <summary>Runs one execution of the scenario that an entry point is named after.</summary>
    /// <param name="entryPoint">The entry point's name: filled in by the compiler.</param>
    internal static void Run([CallerMemberName] string entryPoint = "")
    {
        string scenario = ScenarioOf(entryPoint);
        if (s_isNative)
        {
            (s_build?.Body<NativeSync>(scenario) ?? Catalogue.Body<NativeSync>(scenario))();
        }
        else
        {
            CoyoteSync.Run(s_build?.Body<CoyoteSync>(scenario) ?? Catalogue.Body<CoyoteSync>(scenario));
        }
    }

    /// <summary>
    /// The scenario that an entry point runs: <c>AllgGrowth</c> runs <c>allg-growth</c>, and <c>ChaseLev2</c>
    /// <c>chase-lev-2</c>.
    /// </summary>
    internal static string ScenarioOf(string entryPoint)
        => Regex.Replace(JsonNamingPolicy.KebabCaseLower.ConvertName(entryPoint), "(?<=[a-z])[0-9]", "-$0");
}
