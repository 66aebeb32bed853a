using FsCheck;
using FsCheck.Fluent;

namespace Testbed.Properties.Reduction;

/// <summary>Generates small programs, and shrinks them.</summary>
internal static class SmallPrograms
{
    private const int MostActions = 7;

    private static readonly SmallActionKind[] s_simple =
    [
        SmallActionKind.Read, SmallActionKind.Read, SmallActionKind.Write, SmallActionKind.Write,
        SmallActionKind.CompareExchange, SmallActionKind.CompareExchange, SmallActionKind.Add, SmallActionKind.WideRead,
        SmallActionKind.Choose,
    ];

    private static readonly SmallActionKind[] s_waiting =
        [SmallActionKind.Await, SmallActionKind.Await, SmallActionKind.AwaitLocked];

    /// <summary>Programs of two to four threads.</summary>
    internal static Arbitrary<SmallProgram> All { get; } = Arb.From(Draw(), Shrink);

    private static Gen<SmallProgram> Draw()
        => from threads in Gen.Choose(2, 4)
           from program in Gen.ListOf(Thread(MostActions / threads), threads)
           from notes in Gen.Choose(0, 3)
           select new SmallProgram([.. program.Select((actions, i) => AddNotes([.. actions], i, notes))]);

    /// <summary>One thread wakes the note once, another one sleeps on it.</summary>
    private static SmallAction[] AddNotes(SmallAction[] actions, int thread, int notes)
        => (thread, notes) switch
        {
            (0, > 0) => [.. actions, Simple(SmallActionKind.Wake, 0, 0)],
            (1, 1) => [Simple(SmallActionKind.Sleep, 0, 0), .. actions],
            (1, 2) => [Simple(SmallActionKind.TimedSleep, 0, 0), .. actions],
            (1, 3) => [Simple(SmallActionKind.TimedSleep, 0, 0), .. actions, Simple(SmallActionKind.TimedSleep, 0, 0)],
            _ => actions,
        };

    private static Gen<SmallAction[]> Thread(int most)
        => from count in Gen.Choose(1, Math.Max(1, most))
           from actions in Gen.ListOf(Action(2), count)
           select actions.ToArray();

    private static Gen<SmallAction> Action(int depth)
        => from which in Gen.Choose(0, 9)
           from simple in Gen.Elements(s_simple)
           from waiting in Gen.Elements(s_waiting)
           from place in Gen.Choose(0, 1)
           from value in Gen.Choose(1, 2)
           from inner in depth > 0 ? Gen.ListOf(Action(depth - 1), 1) : Gen.Constant(new List<SmallAction>())
           select which switch
           {
               0 or 1 when depth > 0 => new SmallAction(SmallActionKind.Lock, place, 0, [.. inner.Where(MayNest(place))]),
               2 => Simple(waiting, place, value),
               _ => Simple(simple, place, value),
           };

    /// <summary>What waits for its own lock would be misuse.</summary>
    private static Func<SmallAction, bool> MayNest(int place)
        => action => action.Kind switch
        {
            SmallActionKind.Lock => action.Place != place && action.Inner.All(MayNest(place)),
            SmallActionKind.AwaitLocked => action.Place != place,
            _ => true,
        };

    private static SmallAction Simple(SmallActionKind kind, int place, int value) => new(kind, place, value, []);

    private static IEnumerable<SmallProgram> Shrink(SmallProgram program)
    {
        for (int thread = 0; thread < program.Threads.Count; thread++)
        {
            if (program.Threads.Count > 2)
            {
                yield return new SmallProgram([.. program.Threads.Where((_, i) => i != thread)]);
            }

            for (int action = 0; action < program.Threads[thread].Count; action++)
            {
                yield return new SmallProgram(
                [
                    .. program.Threads.Select((actions, i) => i == thread
                        ? [.. actions.Where((_, j) => j != action)]
                        : actions),
                ]);
            }
        }
    }
}
