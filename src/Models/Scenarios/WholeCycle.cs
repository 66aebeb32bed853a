using Testbed.Models.Heaps;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines on two Ps build and cut a generated heap, sharing through globals, over several collections by two
/// workers; a model of the heap is compared with it after each.
/// </summary>
internal sealed class WholeCycle : Scenario
{
    /// <inheritdoc/>
    public override string Name => "whole-cycle";

    /// <inheritdoc/>
    public override string Summary
        => "mutators build and cut a generated heap over several collections, each compared with a model";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["bitmap.marks*", "work.*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        var limits = new ProgramLimits(Goroutines: 2, Nodes: 3, Operations: 4, SmallWords: 16)
        {
            FewestGoroutines = 2,
            Slots = 2,
            Globals = 1,
        };
        MutatorProgram program = new ProgramDrawer(bound => TSync.Choose(bound), limits).Draw();
        TSync.NoteInput(program.ToString);
        ProgramRunner<TSync>.Run(program, SmallWorld.Options(processors: 2));
    }
}
