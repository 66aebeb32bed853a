using Testbed.Bugs;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>What a call of <c>testbed test</c> is to do.</summary>
/// <param name="Targets">The scenarios, in the order of their turns.</param>
/// <param name="Options">How each is explored.</param>
/// <param name="Budget">The time for all, or null.</param>
/// <param name="Traces">Where traces go.</param>
/// <param name="Json">Whether the result is one JSON object.</param>
/// <param name="Bug">The known bug of the build that is hunted, or null.</param>
/// <param name="IsProof">Whether every interleaving is to be explored.</param>
/// <param name="IsWholeCatalogue">Whether no scenario was chosen, so that canaries only watch over the engine.</param>
internal sealed record TestPlan(
    IReadOnlyList<HuntTarget> Targets,
    ExplorationOptions Options,
    TimeSpan? Budget,
    TraceFolder Traces,
    bool Json,
    Bug? Bug,
    bool IsProof,
    bool IsWholeCatalogue);
