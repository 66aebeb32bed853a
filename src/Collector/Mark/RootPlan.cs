using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Divides the roots into jobs.</summary>
/// <remarks>
/// Invariant: each root is in one job. The jobs of a kind are neighbours, and so are the roots of a job, so a number is
/// all that workers share of a job.
/// The seed has one job of each kind, but a goroutine each. So one worker reads all spans and flushes all caches while
/// the others wait, and each of a hundred thousand parked goroutines pays for a job.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class RootPlan<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>The least number of words of globals for which a job is worth it: those of 32 cache lines.</summary>
    private const long FewestWords = 256;

    private readonly int _jobsPerWorker;
    private readonly State* _state;
    private readonly Part* _parts;

    /// <summary>Makes a plan without jobs.</summary>
    /// <param name="jobsPerWorker">As <see cref="WorldOptions.RootJobsPerWorker"/>.</param>
    internal RootPlan(int jobsPerWorker)
    {
        _jobsPerWorker = jobsPerWorker;
        _state = TSync.Allocate<State>(1, "roots");
        _parts = TSync.Allocate<Part>((nuint)RootJobKind.Goroutines + 1, "roots.parts");
    }

    /// <summary>How many jobs there are.</summary>
    internal long JobCount => TSync.Read(&_state->Jobs);

    /// <summary>Takes all jobs back, for those of another collection.</summary>
    /// <param name="workers">How many workers will share the jobs.</param>
    internal void Clear(int workers)
    {
        TSync.Write(&_state->Jobs, 0);
        TSync.Write(&_state->Workers, workers);
    }

    /// <summary>Adds the jobs of a kind, at least one; by kinds in their order, before the workers start.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="count">How many roots of it there are.</param>
    internal void Append(RootJobKind kind, long count)
    {
        long jobs = TSync.Read(&_state->Jobs);
        long length = Math.Max(LengthOf(kind, count), 1);
        Part* part = _parts + (int)kind;
        TSync.Write(&part->FirstJob, jobs);
        TSync.Write(&part->Count, count);
        TSync.Write(&part->Length, length);
        TSync.Write(&_state->Jobs, jobs + Math.Max(DivideUp(count, length), 1));
    }

    /// <summary>Which roots a job has.</summary>
    /// <param name="number">The job's number.</param>
    /// <exception cref="CorruptionException">There is no such job.</exception>
    internal RootJob JobOf(long number)
    {
        if (number < 0 || number >= JobCount)
        {
            throw new CorruptionException($"root job {number} of {JobCount}: bad index");
        }

        var kind = RootJobKind.Goroutines;
        while (number < TSync.Read(&_parts[(int)kind].FirstJob))
        {
            kind--;
        }

        Part* part = _parts + (int)kind;
        long length = TSync.Read(&part->Length);
        long first = (number - TSync.Read(&part->FirstJob)) * length;
        return new RootJob(number, kind, first, Math.Min(first + length, TSync.Read(&part->Count)));
    }

    /// <summary>Frees it. No worker is left.</summary>
    public void Dispose()
    {
        TSync.Free(_parts);
        TSync.Free(_state);
    }

    /// <summary>How many roots of a kind a job has.</summary>
    private long LengthOf(RootJobKind kind, long count)
    {
        if (_jobsPerWorker == 0)
        {
            return kind == RootJobKind.Goroutines ? 1 : count;
        }

        long even = DivideUp(count, (long)_jobsPerWorker * TSync.Read(&_state->Workers));
        return kind is RootJobKind.Data or RootJobKind.Bss ? Math.Max(even, FewestWords) : even;
    }

    private static long DivideUp(long count, long by) => (count + by - 1) / by;

    /// <summary>Written while the world is stopped, before the workers start; constant while they run.</summary>
    private struct State
    {
        /// <summary>How many jobs there are.</summary>
        internal long Jobs;

        /// <summary>How many workers will share them.</summary>
        internal int Workers;
    }

    /// <summary>The jobs of a kind: written while the world is stopped, before the workers start; constant while they run.</summary>
    private struct Part
    {
        /// <summary>The number of the first of its jobs.</summary>
        internal long FirstJob;

        /// <summary>How many roots there are.</summary>
        internal long Count;

        /// <summary>How many roots a job has, except that the last may have fewer.</summary>
        internal long Length;
    }
}
