using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Why a goroutine has left its M.</summary>
internal enum Leave
{
    /// <summary>Its body has ended.</summary>
    Ended,

    /// <summary>It wants to run again after others.</summary>
    Yielded,

    /// <summary>It waits for the end of another.</summary>
    Joins,

    /// <summary>It runs finalizers and waits for some.</summary>
    WaitsForFinalizers,

    /// <summary>It waits until another readies it.</summary>
    Parks,
}

/// <summary>
/// What the body of a goroutine works with: allocation, access to objects, root frames, safepoints, other goroutines.
/// Only that body may call its members, and not while it is in a system call.
/// </summary>
/// <remarks>
/// A reference is rooted by a slot of a frame, by a global or by a reachable object; a safepoint (every allocation,
/// <see cref="Safepoint"/>, <see cref="Collect"/>, every await) may free whatever is not.
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
public sealed unsafe partial class Goroutine<TSync>
    where TSync : struct, ISync
{
    private readonly World<TSync> _world;
    private readonly Scheduler<TSync> _scheduler;
    private readonly Heap<TSync> _heap;
    private readonly G* _g;
    private readonly Func<Goroutine<TSync>, GoroutineTask> _body;

    /// <summary>What the body returned, once it has awaited; the M that runs the goroutine owns all of these.</summary>
    private GoroutineTask? _task;
    private Action? _continuation;
    private Leave _leave;
    private M* _machine;
    private bool _inSystemCall;

    internal Goroutine(
        World<TSync> world, Scheduler<TSync> scheduler, G* g, long id, Func<Goroutine<TSync>, GoroutineTask> body)
    {
        _world = world;
        _scheduler = scheduler;
        _heap = world.Heap;
        _g = g;
        Id = id;
        _body = body;
    }

    /// <summary>Its number in its world, from 1.</summary>
    public long Id { get; }

    /// <summary>The root area with initial values, <see cref="WorldOptions.DataWords"/> references.</summary>
    public RootArea<TSync> Data => new(_world.Globals.Data, _world.Globals.DataWords);

    /// <summary>The root area that starts zeroed, <see cref="WorldOptions.BssWords"/> references.</summary>
    public RootArea<TSync> Bss => new(_world.Globals.Bss, _world.Globals.BssWords);

    /// <summary>What the goroutine joins when it has left its M for that.</summary>
    internal GoroutineHandle JoinTarget { get; private set; }

    /// <summary>What the goroutine waits for when it has left its M to park.</summary>
    internal WaitReason ParkReason { get; private set; }

    /// <summary>The locks that its M gives back once it waits.</summary>
    internal LockSet<TSync> ParkLocks { get; private set; }

    /// <summary>What others ready it by.</summary>
    internal G* Description => _g;

    /// <summary>Allocates a zeroed object. A safepoint before the allocation.</summary>
    /// <param name="type">Its type.</param>
    /// <returns>The object, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentException">The type was not registered with this world.</exception>
    public Reference Allocate(TypeId type)
    {
        TypeInfo* info = InfoOf(type);
        return AllocateBlock(TSync.Read(&info->Size), info, AllocationKind.Typed);
    }

    /// <summary>Allocates a zeroed array of objects in a row. A safepoint before the allocation.</summary>
    /// <param name="type">The type of each.</param>
    /// <param name="count">How many; 0 or more.</param>
    /// <returns>The array, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentException">The type was not registered with this world, or ends in a buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Reference AllocateArray(TypeId type, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        TypeInfo* info = InfoOf(type);
        return TSync.Read(&info->BufferElementSize) == 0
            ? AllocateBlock(TSync.Read(&info->Size) * (nuint)count, info, AllocationKind.Typed)
            : throw new ArgumentException("objects that end in a buffer have no common size", nameof(type));
    }

    /// <summary>
    /// Allocates a zeroed object that ends in a buffer, and writes into it how many elements that has. A safepoint before
    /// the allocation. The seed's <c>makechan</c>.
    /// </summary>
    /// <param name="type">Its type, whose last part is a <see cref="TypeField.Buffer"/>.</param>
    /// <param name="capacity">How many elements; 0 or more.</param>
    /// <returns>The object, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentException">The type was not registered with this world, or has no buffer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public Reference AllocateBuffered(TypeId type, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        TypeInfo* info = InfoOf(type);
        nuint elementSize = TSync.Read(&info->BufferElementSize);
        if (elementSize == 0)
        {
            throw new ArgumentException("the type does not end in a buffer", nameof(type));
        }

        nuint bytes = TSync.Read(&info->Size) + ((nuint)capacity * elementSize);
        Reference block = AllocateBlock(bytes, info, AllocationKind.Typed);
        TSync.Write((nint*)(block.Address + TSync.Read(&info->CapacityOffset)), capacity);
        return block;
    }

    /// <summary>Allocates zeroed bytes without pointers. A safepoint before the allocation.</summary>
    /// <param name="bytes">How many; 0 or more.</param>
    /// <returns>The block, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Reference AllocateBytes(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return AllocateBlock((nuint)bytes, null, AllocationKind.NoScan);
    }

    /// <summary>
    /// Allocates a zeroed block each word of which may be a pointer: whatever looks like one keeps what it points to
    /// alive. A safepoint before the allocation.
    /// </summary>
    /// <param name="bytes">How many; 0 or more.</param>
    /// <returns>The block, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Reference AllocateConservative(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return AllocateBlock((nuint)bytes, null, AllocationKind.Conservative);
    }

    /// <summary>Reads a reference out of an object.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there; a multiple of 8.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="ArgumentException">There is no such word in an object of this world.</exception>
    public Reference ReadReference(Reference target, int offset) => new(TSync.Read(WordAt(target, offset)));

    /// <summary>Writes a reference into an object.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there; a multiple of 8.</param>
    /// <param name="value">The reference.</param>
    /// <exception cref="ArgumentException">There is no such word in an object of this world.</exception>
    public void WriteReference(Reference target, int offset, Reference value)
        => TSync.Write(WordAt(target, offset), value.Address);

    /// <summary>Reads a number out of an object.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there; a multiple of 8.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ArgumentException">There is no such word in an object of this world.</exception>
    public long ReadWord(Reference target, int offset) => TSync.Read(WordAt(target, offset));

    /// <summary>Writes a number into an object.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there; a multiple of 8.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentException">There is no such word in an object of this world.</exception>
    public void WriteWord(Reference target, int offset, long value)
        => TSync.Write(WordAt(target, offset), (nint)value);

    /// <summary>Writes an interface value without methods into an object: two words.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there to the first word; a multiple of 8.</param>
    /// <param name="type">The type of the data; the default value makes the interface value null.</param>
    /// <param name="data">
    /// Where the data is; or, if it is a word without pointers, the data itself, as its type says.
    /// </param>
    /// <exception cref="ArgumentException">There are no such words in an object of this world.</exception>
    public void WriteInterface(Reference target, int offset, TypeId type, nint data)
        => WriteInterface(target, offset, (nint)(type.Info == null ? null : InfoOf(type)), data);

    /// <summary>Writes an interface value with methods into an object: two words.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there to the first word; a multiple of 8.</param>
    /// <param name="table">The type of the data; the default value makes the interface value null.</param>
    /// <param name="data">
    /// Where the data is; or, if it is a word without pointers, the data itself, as its type says.
    /// </param>
    /// <exception cref="ArgumentException">There are no such words in an object of this world.</exception>
    public void WriteInterface(Reference target, int offset, InterfaceId table, nint data)
        => WriteInterface(target, offset, (nint)table.Table, data);

    /// <summary>A reference to a place inside an object, which keeps the whole object alive.</summary>
    /// <param name="target">The object, or a place inside it.</param>
    /// <param name="offset">Bytes from there; a multiple of 8.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="ArgumentException">There is no such word in an object of this world.</exception>
    public Reference Interior(Reference target, int offset) => new((nint)WordAt(target, offset));

    /// <summary>
    /// Has a function called, once, with an object that nothing refers to any more. The seed's <c>SetFinalizer</c>.
    /// </summary>
    /// <param name="target">The start of the object, which has no finalizer: to replace one, clear it first.</param>
    /// <param name="finalizer">The function.</param>
    /// <param name="closure">What the function is given along: an object, or null.</param>
    /// <exception cref="ArgumentException">
    /// The target is null, no object of this world or inside one; the function was not registered with this world or
    /// takes no objects of that type; the closure is no object of this world.
    /// </exception>
    /// <exception cref="InvalidOperationException">The object has a finalizer; the goroutine is in a system call.</exception>
    /// <remarks>
    /// <para>
    /// After a collection that finds the object unreachable, a goroutine of the world's own calls the function. The
    /// object and what it leads to stay until the function has returned, and longer if it makes them reachable again. It
    /// may set a finalizer anew. An object with a finalizer that another one leads to waits until that is gone, so
    /// objects in a cycle with a finalizer that leads back to its own object are never finalized.
    /// </para>
    /// <para>
    /// Finalizers run one after the other, and <c>Run</c> returns when those that wait have run. An object that is
    /// reachable at the end of the world, or becomes unreachable after the last collection, is not finalized. (The seed
    /// ignores objects of no size; here each has an address of its own, and a finalizer like any other.)
    /// </para>
    /// </remarks>
    public void SetFinalizer(Reference target, FinalizerId finalizer, Reference closure = default)
    {
        RequireOutsideSystemCall();
        if (finalizer.Owner != _world.Finalizers)
        {
            throw new ArgumentException("the finalizer was not registered with this world", nameof(finalizer));
        }

        Span* span = FindSpan(target, nameof(target));
        if (!closure.IsNull)
        {
            FindObject(closure, nameof(closure), out _);
        }

        TypeInfo* type = _heap.Bitmap.IsScan(target.Address) ? SpanTypes<TSync>.Find(span, target.Address) : null;
        TypeInfo* parameter = TSync.Read(&finalizer.Function->Parameter);
        if (parameter != null && type != parameter && (type != null || TSync.Read(&parameter->HasPointers)))
        {
            throw new ArgumentException($"the finalizer takes no objects of the type of {target}", nameof(finalizer));
        }

        if (!_heap.FinalizerRecords.TryAdd(span, target.Address, finalizer.Function, closure.Address, type))
        {
            throw new InvalidOperationException($"{target} has a finalizer already");
        }
    }

    /// <summary>Takes the finalizer of an object away. The seed's <c>SetFinalizer</c> with a null function.</summary>
    /// <param name="target">The start of the object.</param>
    /// <returns>Whether it had one.</returns>
    /// <exception cref="ArgumentException">The target is null, no object of this world or inside one.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public bool ClearFinalizer(Reference target)
    {
        RequireOutsideSystemCall();
        return _heap.FinalizerRecords.TryRemove(FindSpan(target, nameof(target)), target.Address);
    }

    /// <summary>Pushes a frame of root slots, null at first.</summary>
    /// <param name="map">What each slot holds.</param>
    /// <returns>The frame; dispose it before the frames that were pushed earlier.</returns>
    /// <exception cref="ArgumentException">The map was not registered with this world.</exception>
    public Frame<TSync> PushFrame(FrameMap map)
    {
        if (map.Owner != _world.Frames)
        {
            throw new ArgumentException("the frame map was not registered with this world", nameof(map));
        }

        int slots = TSync.Read(&map.Data->SlotCount);
        return new Frame<TSync>(_g, ShadowStack<TSync>.Push(_g, slots, map.Data), slots);
    }

    /// <summary>Pushes a frame that is scanned conservatively: what any slot looks like it points to stays alive.</summary>
    /// <param name="slots">How many slots; 0 to 16,777,216.</param>
    /// <returns>The frame; dispose it before the frames that were pushed earlier.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or greater.</exception>
    public Frame<TSync> PushFrame(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, FrameHeader.SlotsMax);
        return new Frame<TSync>(_g, ShadowStack<TSync>.Push(_g, slots, null), slots);
    }

    /// <summary>
    /// Lets the world stop here if somebody wants it to. A loop that neither allocates nor awaits calls it, or nobody
    /// can collect. The seed's check in each function prologue.
    /// </summary>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public void Safepoint()
    {
        RequireOutsideSystemCall();
        StopReason request = _scheduler.StopRequest;
        if (request != StopReason.None)
        {
            _scheduler.StopAtSafepoint(_machine, request);
        }
    }

    /// <summary>Collects now, unless collections are turned off. The seed's <c>runtime.GC</c>.</summary>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public void Collect()
    {
        RequireOutsideSystemCall();
        if (_world.Heap.GcPercent >= 0)
        {
            _world.Collection.Run(_machine, CollectionCause.Request);
        }
    }

    /// <summary>Collects if the last collection is old; for the monitor.</summary>
    internal void CollectIfOverdue() => _world.Collection.Run(_machine, CollectionCause.Age);

    /// <summary>Starts a goroutine. The seed's <c>go</c> statement.</summary>
    /// <param name="body">What it does; it may await.</param>
    /// <returns>The new goroutine, which <see cref="Join"/> waits for.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public GoroutineHandle Go(Func<Goroutine<TSync>, GoroutineTask> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        RequireOutsideSystemCall();
        return _scheduler.Start(_machine, body);
    }

    /// <summary>Starts a goroutine with a reference of the heap. The seed's <c>go</c> statement with a closure.</summary>
    /// <param name="body">What it does; it is given the reference, which is rooted until then and no longer.</param>
    /// <param name="context">The reference; null is allowed.</param>
    /// <returns>The new goroutine, which <see cref="Join"/> waits for.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public GoroutineHandle Go(Func<Goroutine<TSync>, Reference, GoroutineTask> body, Reference context)
    {
        ArgumentNullException.ThrowIfNull(body);
        RequireOutsideSystemCall();
        return _scheduler.Start(_machine, g => body(g, g.TakeContext()), context.Address);
    }

    /// <summary>Starts a goroutine. The seed's <c>go</c> statement.</summary>
    /// <param name="body">What it does.</param>
    /// <returns>The new goroutine, which <see cref="Join"/> waits for.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public GoroutineHandle Go(Action<Goroutine<TSync>> body) => Go(ToAsync(body));

    /// <summary>Lets other goroutines run: <c>await g.Yield()</c>. The seed's <c>Gosched</c>.</summary>
    /// <returns>What to await, at once.</returns>
    public LeaveAwaitable Yield() => new(this, Leave.Yielded, default);

    /// <summary>Waits for the end of a goroutine: <c>await g.Join(other)</c>.</summary>
    /// <param name="other">A goroutine of the same world.</param>
    /// <returns>What to await, at once.</returns>
    /// <exception cref="ArgumentException">The handle is of no goroutine of this world.</exception>
    public LeaveAwaitable Join(GoroutineHandle other)
    {
        if (other.Owner != _scheduler)
        {
            throw new ArgumentException("the handle is of no goroutine of this world", nameof(other));
        }

        return new LeaveAwaitable(this, Leave.Joins, other);
    }

    /// <summary>
    /// Makes a call that may block, while others go on and collect. The seed's <c>entersyscall</c> and
    /// <c>exitsyscall</c>.
    /// </summary>
    /// <param name="call">The call. It touches neither heap nor frames nor this goroutine.</param>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    /// <remarks>
    /// Only a stop of the world takes the P of a goroutine in a system call: meanwhile no other goroutine runs on it. A
    /// call that waits for another goroutine therefore needs a P more than there are such calls at once.
    /// </remarks>
    public void SystemCall(Action call)
    {
        ArgumentNullException.ThrowIfNull(call);
        RequireOutsideSystemCall();
        _scheduler.EnterSystemCall(_machine);
        _inSystemCall = true;
        try
        {
            call();
        }
        finally
        {
            _inSystemCall = false;
            _scheduler.ExitSystemCall(_machine);
        }
    }

    /// <summary>
    /// Lets the goroutine come back from its system call for the length of a callback. The seed's <c>cgocallback</c> on a
    /// thread with an M.
    /// </summary>
    /// <param name="body">What it does; it may not await. What it throws is thrown here.</param>
    /// <exception cref="InvalidOperationException">The goroutine is not in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    /// <remarks>By the thread that is in the system call: what that calls is given the goroutine to call this.</remarks>
    public void Callback(Action<Goroutine<TSync>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (!_inSystemCall || _machine == null)
        {
            throw new InvalidOperationException("only a goroutine in a system call can be called back");
        }

        _scheduler.ExitSystemCall(_machine);
        _inSystemCall = false;
        try
        {
            body(this);
        }
        finally
        {
            _inSystemCall = true;
            _scheduler.EnterSystemCall(_machine);
        }
    }

    /// <summary>Stops the world and reads its statistics. The seed's <c>ReadMemStats</c>.</summary>
    /// <returns>The statistics.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public WorldStatistics ReadStatistics()
    {
        RequireOutsideSystemCall();
        return _world.Collection.ReadStatistics(_machine);
    }

    /// <summary>
    /// Stops the world and reads all that there is to know of its memory. Walks all spans and stacks:
    /// <see cref="ReadStatistics"/> is cheaper. The seed's <c>ReadMemStats</c> with <c>BySize</c> and <c>PauseNs</c>.
    /// </summary>
    /// <returns>The statistics.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public MemoryStatistics ReadMemoryStatistics()
    {
        RequireOutsideSystemCall();
        return _world.Collection.ReadMemoryStatistics(_machine);
    }

    /// <summary>
    /// Sets how much the heap may grow between collections, and collects, so that it counts from now on. The seed's
    /// <c>debug.SetGCPercent</c>; at the start it is <see cref="WorldOptions.GcPercent"/>.
    /// </summary>
    /// <param name="percent">In percent of what survived the last one; negative turns collections off.</param>
    /// <returns>What it was before.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public int SetGcPercent(int percent)
    {
        RequireOutsideSystemCall();
        int old = _world.Collection.SetGcPercent(_machine, percent);
        Collect();
        return old;
    }

    /// <summary>
    /// Stops the world and starts it with another number of Ps, which is how many goroutines can run at once. At the
    /// start it is <see cref="WorldOptions.Processors"/>. The seed's <c>GOMAXPROCS</c>.
    /// </summary>
    /// <param name="count">How many; from 1 to 256.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public int SetProcessors(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, WorldOptions.MaxProcessors);
        RequireOutsideSystemCall();
        return _scheduler.SetProcessors(_machine, count);
    }

    /// <summary>Stops the world and lists all goroutines that have not ended. The seed's <c>GoroutineProfile</c>.</summary>
    /// <returns>A line for each, this one included.</returns>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public IReadOnlyList<GoroutineInfo> ProfileGoroutines()
    {
        RequireOutsideSystemCall();
        return _scheduler.ProfileGoroutines(_machine);
    }

    /// <summary>Waits for finalizers to run; on the goroutine that runs them.</summary>
    internal LeaveAwaitable WaitForFinalizers() => new(this, Leave.WaitsForFinalizers, default);

    /// <summary>
    /// Waits until another goroutine readies this one: <c>await g.ParkOn(reason, locks)</c>. The seed's <c>park</c>.
    /// </summary>
    /// <param name="reason">What it waits for.</param>
    /// <param name="locks">
    /// Locks that the caller holds, under which it has told others of itself. They are given back once the goroutine
    /// waits, so whoever readies it under one of them, or after, comes neither too early nor in vain.
    /// </param>
    /// <returns>What to await, at once.</returns>
    internal LeaveAwaitable ParkOn(WaitReason reason, LockSet<TSync> locks)
    {
        ParkReason = reason;
        ParkLocks = locks;
        return new LeaveAwaitable(this, Leave.Parks, default);
    }

    /// <summary>Lets a goroutine go on that waits after <see cref="ParkOn"/>; each wait ends once. The seed's <c>ready</c>.</summary>
    internal void Ready(G* parked) => _scheduler.Ready(_machine, parked);

    /// <summary>A body that never awaits, as one that may.</summary>
    internal static Func<Goroutine<TSync>, GoroutineTask> ToAsync(Action<Goroutine<TSync>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return goroutine =>
        {
            body(goroutine);
            return GoroutineTask.Completed;
        };
    }

    /// <summary>Runs the body on an M until it awaits or ends; whatever the body throws leaves here.</summary>
    internal Leave Resume(M* m)
    {
        _machine = m;
        _leave = Leave.Ended;
        if (_continuation is { } continuation)
        {
            _continuation = null;
            continuation();
        }
        else
        {
            _task = _body(this);
        }

        if (_task!.IsCompleted)
        {
            _task.ThrowIfFailed();
            return Leave.Ended;
        }

        if (_leave == Leave.Ended)
        {
            throw new InvalidOperationException("a goroutine awaited something that is not of its world");
        }

        return _leave;
    }

    /// <summary>Runs the body, which never awaits, on an M that a thread has borrowed; afterwards nobody can use this.</summary>
    internal void RunCall(M* m)
    {
        try
        {
            Resume(m);
        }
        finally
        {
            _inSystemCall = true;
            _machine = null;
        }
    }

    /// <summary>What the goroutine was started with, which is no root from now on.</summary>
    private Reference TakeContext()
    {
        nint context = TSync.Read(&_g->Context);
        TSync.Write(&_g->Context, 0);
        return new Reference(context);
    }

    private WorldOptions Options => _world.Options;

    private Reference AllocateBlock(nuint bytes, TypeInfo* type, AllocationKind kind)
    {
        // Before the allocation, so that nothing can free the new object before its caller has rooted it.
        Safepoint();
        if (_heap.TriggerReached)
        {
            _world.Collection.Run(_machine, CollectionCause.Growth);
        }

        ThreadCache* cache = TSync.Read(&TSync.Read(&_machine->Processor)->Cache);
        nint block = _heap.TryAllocate(cache, bytes, type, kind);
        return new Reference(block != 0 ? block : AllocateAfterCollection(bytes, type, kind));
    }

    private nint AllocateAfterCollection(nuint bytes, TypeInfo* type, AllocationKind kind)
    {
        Collect();
        ThreadCache* cache = TSync.Read(&TSync.Read(&_machine->Processor)->Cache);
        nint block = _heap.TryAllocate(cache, bytes, type, kind);
        if (block == 0)
        {
            throw new HeapExhaustedException(
                $"no room for {bytes} bytes: {_heap.AllocatedBytes} of the arena's {Options.ArenaBytes} bytes are allocated");
        }

        return block;
    }

    private void WriteInterface(Reference target, int offset, nint first, nint data)
    {
        nint* words = WordAt(target, offset);
        TSync.Write(WordAt(target, offset + sizeof(nint)), data);
        TSync.Write(words, first);
    }

    private TypeInfo* InfoOf(TypeId type)
        => type.Owner == _world.Types
            ? type.Info
            : throw new ArgumentException("the type was not registered with this world", nameof(type));

    private void RequireOutsideSystemCall()
    {
        if (_inSystemCall)
        {
            throw new InvalidOperationException("a goroutine in a system call may not use its world");
        }
    }

    /// <summary>The span of an object that starts at a reference, after a check that one does.</summary>
    private Span* FindSpan(Reference target, string parameter)
    {
        Span* span = FindObject(target, parameter, out nint start);
        return start == target.Address
            ? span
            : throw new ArgumentException($"{target} lies inside an object, not at its start", parameter);
    }

    /// <summary>The object that a reference leads to or into, after a check that there is one.</summary>
    private Span* FindObject(Reference target, string parameter, out nint start)
    {
        if (!_heap.TryFindObject(target.Address, out start, out Span* span) || !_heap.Bitmap.IsAllocated(start))
        {
            throw new ArgumentException(
                target.IsNull ? "the reference is null" : $"{target} leads to no object of this world", parameter);
        }

        return span;
    }

    /// <summary>The address of a word of an object, after a check that there is such a word.</summary>
    private nint* WordAt(Reference target, int offset)
    {
        nint address = target.Address + offset;
        if ((address & (sizeof(nint) - 1)) != 0 || !_heap.IsWithinObject(target.Address, address, sizeof(nint)))
        {
            throw new ArgumentException(
                target.IsNull ? "the reference is null" : $"{target} has no word at offset {offset}", nameof(target));
        }

        return (nint*)address;
    }

    /// <summary>What <see cref="Yield"/>, <see cref="Join"/> and so on return, to be awaited at once.</summary>
    public readonly struct LeaveAwaitable : ICriticalNotifyCompletion
    {
        private readonly Goroutine<TSync> _goroutine;
        private readonly Leave _leave;
        private readonly GoroutineHandle _target;

        internal LeaveAwaitable(Goroutine<TSync> goroutine, Leave leave, GoroutineHandle target)
        {
            _goroutine = goroutine;
            _leave = leave;
            _target = target;
        }

        /// <summary>Never: the goroutine always leaves its M.</summary>
        public bool IsCompleted => false;

        /// <summary>The awaiter: the same.</summary>
        /// <returns>This value.</returns>
        public LeaveAwaitable GetAwaiter() => this;

        /// <summary>Nothing to get.</summary>
        [System.Diagnostics.CodeAnalysis.SuppressMessage(
            "Performance", "CA1822:Mark members as static", Justification = "The compiler calls it on an instance.")]
        public void GetResult()
        {
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation)
        {
            _goroutine._continuation = continuation;
            _goroutine._leave = _leave;
            _goroutine.JoinTarget = _target;
        }
    }
}
