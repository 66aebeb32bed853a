using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>First-in-first-out lists of Ms through <see cref="M.ScheduleLink"/>; under the scheduler's lock.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class MachineQueue<TSync>
    where TSync : struct, ISync
{
    /// <summary>Appends an M that is on no list.</summary>
    internal static void Append(M** first, M** last, M* m)
    {
        TSync.Write(&m->ScheduleLink, null);
        M* previous = TSync.Read(last);
        TSync.Write(previous == null ? first : &previous->ScheduleLink, m);
        TSync.Write(last, m);
    }

    /// <summary>Takes the oldest off, or answers null.</summary>
    internal static M* TakeFirst(M** first, M** last)
    {
        M* m = TSync.Read(first);
        if (m != null)
        {
            M* next = TSync.Read(&m->ScheduleLink);
            TSync.Write(first, next);
            if (next == null)
            {
                TSync.Write(last, null);
            }
        }

        return m;
    }
}
