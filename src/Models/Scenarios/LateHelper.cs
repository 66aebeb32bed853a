using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Collections follow each other at once, in a world with nothing else to do: a helper of the last may still be about to
/// leave when the next one counts its workers and wakes them.
/// </summary>
/// <remarks>
/// A collection that could have used one more M lets it be made, so from the third on there are two helpers.
/// </remarks>
internal sealed class LateHelper : Scenario
{
    private const int Collections = 4;

    /// <inheritdoc/>
    public override string Name => "late-helper";

    /// <inheritdoc/>
    public override string Summary
        => "collections follow each other at once: a helper that is late is neither counted twice nor waited for in vain";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["gc.Done", "sched.Stop*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var watch = new MutatorWatch<TSync>();
        using (var world = new World<TSync>(SmallWorld.Options(processors: 3, watch)))
        {
            HeapPicture<TSync>.Offer(world);
            world.Run(g =>
            {
                for (int i = 0; i < Collections; i++)
                {
                    g.Collect();
                    watch.Step();
                }
            });
        }

        OracleException.Require(
            watch.Collections == Collections, $"{watch.Collections} collections of {Collections}");
    }
}
