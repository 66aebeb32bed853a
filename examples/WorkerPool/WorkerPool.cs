using Testbed.Collector;
using Testbed.Sync;

namespace Examples;

/// <summary>
/// Workers that take jobs from one channel and send their results to another. A job is a buffer of the collected heap; the
/// worker that has done it puts it into a pool, from which the next job is made, unless a collection has emptied the pool.
/// </summary>
/// <typeparam name="TSync">The engine: <see cref="NativeSync"/> in production.</typeparam>
public sealed class WorkerPool<TSync> : IDisposable
    where TSync : struct, ISync
{
    private const int NumbersAJob = 4;
    private const int WordBytes = sizeof(long);

    /// <summary>Where all goroutines find the channels.</summary>
    private const int Jobs = 0;
    private const int Results = 1;

    private readonly World<TSync> _world;
    private readonly int _workers;
    private readonly ChannelType _references;
    private readonly ChannelType _numbers;
    private readonly PoolId _buffers;
    private readonly FrameMap _frame;

    /// <summary>How many buffers were made; the sender's, and the caller's of the run that has ended.</summary>
    private int _made;

    /// <summary>Makes a world for it.</summary>
    /// <param name="options">What the world is made with.</param>
    /// <param name="workers">How many goroutines work.</param>
    public WorkerPool(WorldOptions options, int workers)
    {
        _workers = workers;
        _world = new World<TSync>(options);
        _references = _world.RegisterChannel(SlotKind.Pointer);
        _numbers = _world.RegisterChannel(SlotKind.NoPointer);
        _buffers = _world.RegisterPool();
        _frame = _world.RegisterFrame(SlotKind.Pointer);
    }

    /// <summary>Adds up the squares of the first numbers, four of them in each job. One call at a time.</summary>
    /// <param name="jobs">How many jobs there are.</param>
    /// <returns>The sum, and how many buffers were made for the jobs.</returns>
    public (long Sum, int Buffers) SumSquares(int jobs)
    {
        long sum = 0;
        _made = 0;
        _world.Run(async g =>
        {
            MakeChannels(g);
            g.Go(sender => Send(sender, jobs));
            for (int i = 0; i < _workers; i++)
            {
                g.Go(Work);
            }

            for (int i = 0; i < jobs; i++)
            {
                sum += (await g.Receive(g.Data[Results])).Number;
            }
        });
        return (sum, _made);
    }

    /// <inheritdoc/>
    public void Dispose() => _world.Dispose();

    private void MakeChannels(Goroutine<TSync> g)
    {
        RootArea<TSync> data = g.Data;
        data[Jobs] = g.MakeChannel(_references, capacity: 1);
        data[Results] = g.MakeChannel(_numbers, capacity: 1);
    }

    private async GoroutineTask Send(Goroutine<TSync> g, int jobs)
    {
        using Frame<TSync> frame = g.PushFrame(_frame);
        for (int job = 0; job < jobs; job++)
        {
            frame[0] = g.Take(_buffers);
            if (frame[0].IsNull)
            {
                frame[0] = g.AllocateBytes(NumbersAJob * WordBytes);
                _made++;
            }

            for (int i = 0; i < NumbersAJob; i++)
            {
                g.WriteWord(frame[0], i * WordBytes, (job * NumbersAJob) + i);
            }

            await g.Send(g.Data[Jobs], frame[0]);
        }

        g.Close(g.Data[Jobs]);
    }

    private async GoroutineTask Work(Goroutine<TSync> g)
    {
        ChannelResult job;
        while ((job = await g.Receive(g.Data[Jobs])).Ok)
        {
            // No safepoint before the buffer is in the pool, so no frame needs to hold it.
            long sum = 0;
            for (int i = 0; i < NumbersAJob; i++)
            {
                long number = g.ReadWord(job.Reference, i * WordBytes);
                sum += number * number;
            }

            g.Put(_buffers, job.Reference);
            await g.Send(g.Data[Results], sum);
        }
    }
}
