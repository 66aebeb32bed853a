using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>A long program: how many of its steps an engine takes a second is what a step costs it.</summary>
public sealed unsafe class LongRun : Scenario
{
    private const int Threads = 4;

    /// <summary>Each round takes three steps, so that all threads together take 3,000.</summary>
    private const int Rounds = 250;

    /// <inheritdoc/>
    public override string Name => "long-run";

    /// <inheritdoc/>
    public override string Summary =>
        "four threads take 750 steps each, on words of their own and on one that all add to; no addition is lost";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        Words* words = TSync.Allocate<Words>(1, "words");
        var threads = new SyncThread[Threads];
        for (int i = 0; i < Threads; i++)
        {
            int* own = &words->Own[i];
            threads[i] = TSync.StartThread($"adder {i}", () => Add<TSync>(words, own));
        }

        foreach (SyncThread thread in threads)
        {
            TSync.Join(thread);
        }

        int total = TSync.VolatileRead(&words->Total);
        TSync.Free(words);
        OracleException.Require(
            total == Threads * Rounds, $"the total is {total} after {Threads * Rounds} additions of 1");
    }

    private static void Add<TSync>(Words* words, int* own)
        where TSync : struct, ISync
    {
        for (int round = 1; round <= Rounds; round++)
        {
            TSync.VolatileWrite(own, round);
            TSync.Add(&words->Total, 1);
            OracleException.Require(TSync.VolatileRead(own) == round, "a word that nobody else writes has changed");
        }
    }

    private struct Words
    {
        internal fixed int Own[Threads];
        internal int Total;
    }
}
