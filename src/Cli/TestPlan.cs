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
/// <param name="Checkpoint">Where it is kept how far it has come, or null.</param>
internal sealed record TestPlan(
    IReadOnlyList<HuntTarget> Targets,
    ExplorationOptions Options,
    TimeSpan? Budget,
    TraceFolder Traces,
    bool Json,
    Bug? Bug,
    bool IsProof,
    bool IsWholeCatalogue,
    CheckpointFile? Checkpoint)
{
    /// <summary>How a scenario is explored, its share of the time aside.</summary>
    /// <param name="target">The scenario.</param>
    public ExplorationOptions OptionsFor(HuntTarget target)
    {
        ExplorationOptions own = Options with
        {
            Interesting = Options.Interesting.Count > 0 ? Options.Interesting : target.Interesting,
        };

        // A canary watches over the engine however short the hunt is, and on each machine.
        return target.MustFail ? own with { MaxExecutions = long.MaxValue, Shard = Shard.Whole }
            : Checkpoint is null ? own
            : own with { Earlier = Checkpoint.Find(target.Name, own), Checkpoint = Checkpoint.Keep };
    }

    /// <summary>Makes sure before the hunt that the checkpoint is one of the same hunt.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public void RequireMatchingCheckpoint()
    {
        foreach (HuntTarget target in Targets)
        {
            OptionsFor(target);
        }
    }
}
