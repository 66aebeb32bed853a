using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The shortest program with a race: how many of its executions an engine runs a second is its overhead.
/// </summary>
public sealed unsafe class CasPair : Scenario
{
    /// <inheritdoc/>
    public override string Name => "cas-pair";

    /// <inheritdoc/>
    public override string Summary =>
        "two threads each read a word and compare-and-swap it once; as many swaps succeed as the word says";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        int* word = TSync.Allocate<int>(1, "word");
        bool firstWon = false;
        bool secondWon = false;
        SyncThread first = TSync.StartThread("first", () => firstWon = Increment<TSync>(word));
        SyncThread second = TSync.StartThread("second", () => secondWon = Increment<TSync>(word));
        TSync.Join(first);
        TSync.Join(second);
        int value = TSync.Read(word);
        TSync.Free(word);
        int wins = (firstWon ? 1 : 0) + (secondWon ? 1 : 0);
        OracleException.Require(value == wins, $"{wins} swaps succeeded, but the word is {value}");
        OracleException.Require(wins > 0, "both swaps failed, though the first of them saw no change");
    }

    private static bool Increment<TSync>(int* word)
        where TSync : struct, ISync
    {
        int seen = TSync.VolatileRead(word);
        return TSync.CompareExchange(word, seen + 1, seen) == seen;
    }
}
