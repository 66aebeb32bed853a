using System.Runtime.InteropServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Keeps the functions that finalize objects until the world ends.</summary>
/// <remarks>A delegate of the host cannot lie in memory of the seam, so a handle to it does.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class FinalizerTable<TSync> : IDisposable
    where TSync : struct, ISync
{
    private readonly Mutex _lock = TSync.CreateMutex("finalizers");
    private readonly Entry** _first = (Entry**)TSync.Allocate<nint>(1, "finalizers");

    /// <summary>Makes a function known. Any thread.</summary>
    /// <param name="body">The function.</param>
    /// <param name="parameter">The type of the objects that it takes; null if it takes all.</param>
    internal FinalizerId Register(
        Func<Goroutine<TSync>, Reference, Reference, GoroutineTask> body, TypeInfo* parameter)
    {
        Entry* entry = TSync.Allocate<Entry>(1, "finalizer");
        TSync.Write(&entry->Function.Body, GCHandle.ToIntPtr(GCHandle.Alloc(body)));
        TSync.Write(&entry->Function.Parameter, parameter);
        TSync.Enter(_lock);
        TSync.Write(&entry->Next, TSync.Read(_first));
        TSync.Write(_first, entry);
        TSync.Exit(_lock);
        return new FinalizerId(&entry->Function, this);
    }

    /// <summary>Calls a function, for an object and what was given with it; on the goroutine that runs finalizers.</summary>
    internal static GoroutineTask Call(
        FinalizerFunction* function, Goroutine<TSync> g, Reference target, Reference closure)
    {
        object? body = GCHandle.FromIntPtr(TSync.Read(&function->Body)).Target;
        return ((Func<Goroutine<TSync>, Reference, Reference, GoroutineTask>)body!)(g, target, closure);
    }

    /// <summary>Frees all functions. None runs any more.</summary>
    public void Dispose()
    {
        Entry* entry = TSync.Read(_first);
        while (entry != null)
        {
            Entry* next = TSync.Read(&entry->Next);
            GCHandle.FromIntPtr(TSync.Read(&entry->Function.Body)).Free();
            TSync.Free(entry);
            entry = next;
        }

        TSync.Free(_first);
        TSync.Destroy(_lock);
    }

    /// <summary>A function on the list; the list is under the lock, the function constant once made.</summary>
    private struct Entry
    {
        internal FinalizerFunction Function;
        internal Entry* Next;
    }
}
