using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// Marks everything that the roots lead to, with several workers. The seed's <c>markfor</c> and the
/// <c>scanblock</c> after it.
/// </summary>
/// <remarks>
/// The world is stopped. The parallel for over the roots does not wait for all; it is the end of work in
/// <see cref="MarkTermination{TSync}"/> that nobody passes before every root job has ended.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Marker<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly bool _collectRoots;
    private readonly MarkTermination<TSync> _termination;
    private readonly WorkBuffers<TSync> _buffers;
    private readonly ObjectScanner<TSync> _scanner;
    private readonly RootMarker<TSync> _roots;
    private readonly CollectedRoots<TSync> _collectedRoots;
    private readonly ParallelFor<TSync> _rootLoop;

    internal Marker(
        WorldOptions options, Heap<TSync> heap, AllGoroutines<TSync> goroutines, Globals<TSync> globals)
    {
        _collectRoots = options.RootStrategy == RootStrategy.Collected;
        _termination = new MarkTermination<TSync>();
        _buffers = new WorkBuffers<TSync>(options, _termination);
        _scanner = new ObjectScanner<TSync>(options, heap, _buffers);
        _roots = new RootMarker<TSync>(options, heap, goroutines, globals, _scanner);
        _collectedRoots = new CollectedRoots<TSync>(_roots, _scanner);
        _rootLoop = new ParallelFor<TSync>(
            options, "work.markfor", _collectRoots ? _collectedRoots.MarkRoot : _roots.MarkRoot);
    }

    /// <summary>How many root jobs the last collection had; between setups.</summary>
    internal long RootJobs => _roots.JobCount;

    /// <summary>Bytes of work buffers and gathered roots; between collections.</summary>
    internal long BufferBytes => _buffers.Bytes + _collectedRoots.Bytes;

    /// <summary>Starts a collection; while the world is stopped, ordered before the workers' calls of <see cref="Run"/>.</summary>
    /// <param name="workers">How many workers there will be.</param>
    /// <param name="now">The time, in nanoseconds.</param>
    internal void Setup(int workers, long now)
    {
        _termination.Setup(workers);
        _scanner.Setup(workers);
        _roots.Setup(workers, now);
        if (_collectRoots)
        {
            _collectedRoots.Gather();
        }

        _rootLoop.Setup(workers, _collectRoots ? _collectedRoots.Count : _roots.JobCount, waitForAll: false);
    }

    /// <summary>
    /// Takes part, until everything is marked by whichever worker; each of the workers calls it once after a setup.
    /// </summary>
    /// <param name="worker">The caller's number, from 0 and below the number of workers; each has its own.</param>
    /// <returns>Whether everything is marked; false if another worker has failed.</returns>
    /// <exception cref="CorruptionException">An invariant is broken.</exception>
    internal bool Run(int worker)
    {
        _rootLoop.Run(worker);
        _scanner.Scan(worker, keepWorking: true);
        return !_termination.Failed;
    }

    /// <summary>Lets the workers stop waiting for work of the caller, which has failed and does not go on.</summary>
    internal void Fail() => _termination.Fail();

    /// <summary>What the last collection has marked; after all its workers have returned, before the next setup.</summary>
    internal MarkStatistics ReadStatistics() => _scanner.ReadStatistics();

    /// <summary>Checks that no work is left and no work buffer missing; between collections.</summary>
    /// <exception cref="CorruptionException">It is not so.</exception>
    internal void CheckInvariants() => _buffers.CheckAtRest();

    /// <summary>Frees all that it holds. No worker is left.</summary>
    public void Dispose()
    {
        _rootLoop.Dispose();
        _collectedRoots.Dispose();
        _roots.Dispose();
        _scanner.Dispose();
        _buffers.Dispose();
        _termination.Dispose();
    }
}
