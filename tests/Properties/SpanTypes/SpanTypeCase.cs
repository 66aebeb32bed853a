using FsCheck;
using FsCheck.Fluent;

namespace Testbed.Properties.SpanTypes;

/// <summary>An object that a thread allocates.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Type">Which type it has; 0 for a conservative one, -1 for one without pointers.</param>
/// <param name="Stays">Whether it outlives its round.</param>
internal sealed record TypedObject(int Bytes, int Type, bool Stays);

/// <summary>Rounds in which two threads allocate objects of few and of many types, each followed by a collection.</summary>
/// <param name="Rounds">What each thread allocates in each round.</param>
/// <param name="TypesPerByteTable">Up to how many types have bytes.</param>
/// <param name="ScheduleSeed">What the explorer goes by.</param>
internal sealed record SpanTypeCase(
    IReadOnlyList<IReadOnlyList<IReadOnlyList<TypedObject>>> Rounds, int TypesPerByteTable, ulong ScheduleSeed)
{
    /// <summary>The types are numbered from 1 to this.</summary>
    internal const int Types = 5;

    /// <summary>How many threads allocate.</summary>
    internal const int Threads = 2;

    private const int LongestTurn = 12;

    /// <summary>Generated cases; each shrinks by rounds and objects that are left out.</summary>
    internal static Arbitrary<SpanTypeCase> All { get; } = Arb.From(Draw(), Shrink);

    /// <summary>A line a thread and round: the size and the type of each object, those that stay with a plus sign.</summary>
    public override string ToString()
        => $"{TypesPerByteTable} types have bytes, schedules from {ScheduleSeed}\n" + string.Join(
            "\n",
            Rounds.SelectMany((round, number) => round.Select((turn, thread) =>
                $"round {number}, thread {thread}: "
                + string.Join(", ", turn.Select(item => $"{item.Bytes}:{item.Type}{(item.Stays ? "+" : "")}")))));

    private static Gen<SpanTypeCase> Draw()
        => from count in Gen.Choose(1, 3)
           from rounds in Gen.ListOf(Gen.ListOf(Turn(), Threads), count)
           from types in Gen.Choose(2, 4)
           from seed in Gen.Choose(1, int.MaxValue)
           select new SpanTypeCase(rounds, types, (ulong)seed);

    private static Gen<IReadOnlyList<TypedObject>> Turn()
        => from count in Gen.Choose(0, LongestTurn)
           from items in Gen.ListOf(Item(), count)
           select (IReadOnlyList<TypedObject>)items;

    private static Gen<TypedObject> Item()
        => from bytes in Gen.Frequency((8, Gen.Constant(16)), (2, Gen.Constant(48)), (1, Gen.Constant(600)))
           from type in Gen.Choose(-1, Types)
           from stays in Gen.Choose(0, 2)
           select new TypedObject(bytes, type, stays > 0);

    private static IEnumerable<SpanTypeCase> Shrink(SpanTypeCase large)
    {
        for (int round = 0; round < large.Rounds.Count; round++)
        {
            yield return large with { Rounds = [.. large.Rounds.Where((_, i) => i != round)] };
            for (int thread = 0; thread < Threads; thread++)
            {
                IReadOnlyList<TypedObject> turn = large.Rounds[round][thread];
                for (int item = 0; item < turn.Count; item++)
                {
                    yield return large.WithTurn(round, thread, [.. turn.Where((_, i) => i != item)]);
                }
            }
        }
    }

    private SpanTypeCase WithTurn(int round, int thread, IReadOnlyList<TypedObject> turn)
        => this with
        {
            Rounds =
            [
                .. Rounds.Select((turns, i) =>
                    i != round ? turns : [.. turns.Select((old, j) => j == thread ? turn : old)]),
            ],
        };
}
