using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// The least of <see cref="RunQueue"/>: the queue alone. Its owner puts more goroutines than it holds and takes what is
/// left, while two thieves steal.
/// </summary>
internal sealed unsafe class RunQueueSmall : Scenario
{
    private const int Length = 2;
    private const int Put = 3;
    private const int Processors = 3;

    /// <inheritdoc/>
    public override string Name => "run-queue-small";

    /// <inheritdoc/>
    public override string Summary => "an owner puts goroutines into its queue and takes them while two thieves steal";

    /// <inheritdoc/>
    public override string Bounds => "3 threads; one puts 3 goroutines into a queue of 2 and takes the rest, two steal once";

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        var queues = new RunQueues<TSync>(Length);
        P* processors = TSync.Allocate<P>(Processors, "p");
        G* goroutines = TSync.Allocate<G>(Put, "g");
        for (int i = 0; i < Processors; i++)
        {
            queues.Create(processors + i);
        }

        SyncThread first = TSync.StartThread("first", () => Steal(queues, processors + 1, processors));
        SyncThread second = TSync.StartThread("second", () => Steal(queues, processors + 2, processors));
        for (int i = 0; i < Put; i++)
        {
            while (!queues.TryPut(processors, goroutines + i))
            {
                TakeChain<TSync>(queues.TryTakeHalf(processors));
            }
        }

        TakeRest(queues, processors);
        TSync.Join(first);
        TSync.Join(second);
        for (int i = 0; i < Put; i++)
        {
            OracleException.Require(TSync.Read(&goroutines[i].Id) == 1, $"goroutine {i} is lost");
        }

        for (int i = 0; i < Processors; i++)
        {
            RunQueues<TSync>.Free(processors + i);
        }

        TSync.Free(goroutines);
        TSync.Free(processors);
    }

    private static void Steal<TSync>(RunQueues<TSync> queues, P* thief, P* victim)
        where TSync : struct, ISync
    {
        Take<TSync>(queues.TrySteal(thief, victim));
        TakeRest(queues, thief);
    }

    private static void TakeRest<TSync>(RunQueues<TSync> queues, P* p)
        where TSync : struct, ISync
    {
        for (G* g; (g = queues.TryTake(p)) != null;)
        {
            Take<TSync>(g);
        }
    }

    private static void TakeChain<TSync>(G* first)
        where TSync : struct, ISync
    {
        for (G* g = first; g != null; g = TSync.Read(&g->ScheduleLink))
        {
            Take<TSync>(g);
        }
    }

    /// <summary>A goroutine off its queue is marked by its number, plainly: whoever took it owns it.</summary>
    private static void Take<TSync>(G* g)
        where TSync : struct, ISync
    {
        if (g != null)
        {
            OracleException.Require(TSync.Read(&g->Id) == 0, "a goroutine was taken twice");
            TSync.Write(&g->Id, 1);
        }
    }
}
